import { likeness, MEANING_WEIGHT, type Features } from './features.ts'
import type { LinearScore } from './paper-index.ts'
import { postingsOf } from './postings.ts'

/** Scores a paper for several interests in one pass over its words. */
export type Scorer = (paper: Features, into: Float64Array) => void

/** Examples by their words: a paper is compared with all of them at once. */
export type Examples = {
  /** What a paper has in common with each (`kinship`), or with the first `count`; many times faster than one by one. */
  kinships(paper: Features, count?: number): Float64Array
  /** The scores of interests that are learned from them, by what each example counts in each. */
  scorer(counts: readonly ArrayLike<number>[]): Scorer
  /**
   * The score of one of them, for all papers of an index. It is linear in a paper's words and meaning, so the sums over examples
   * are taken once.
   */
  linear(counts: ArrayLike<number>): LinearScore
  /** What a word adds to such a score, by its weight in a paper. */
  weightOf(word: number, counts: ArrayLike<number>): number
}

export function openExamples(examples: readonly Features[]): Examples {
  const postings = postingsOf(examples)
  const scales = Float64Array.from(examples, ({ scale }) => scale)
  const commons = Float64Array.from(examples, ({ common }) => common)
  const dimensions = examples.reduce((most, { meaning }) => Math.max(most, meaning?.length ?? 0), 0)

  /** What the words of a paper have in common with each, beyond what those of any two have. */
  function addWords(paper: Features, into: Float64Array): void {
    for (let e = 0; e < into.length; e++)
      into[e] = -paper.scale * (commons[e] ?? 0) - paper.common * (scales[e] ?? 0)
    postings.addProducts(paper, into)
  }

  /** Their meanings, taken together. */
  function meaningOf(counts: ArrayLike<number>): Float64Array | null {
    if (dimensions === 0) return null
    const sum = new Float64Array(dimensions)
    for (const [e, { meaning }] of examples.entries()) {
      const count = counts[e] ?? 0
      if (!meaning || count === 0) continue
      for (let d = 0; d < dimensions; d++) sum[d] = (sum[d] ?? 0) + count * (meaning[d] ?? 0)
    }
    return sum
  }

  return {
    kinships(paper, count = examples.length) {
      const found = new Float64Array(count)
      addWords(paper, found)
      for (let e = 0; e < count; e++)
        found[e] = (found[e] ?? 0) + MEANING_WEIGHT * likeness(paper.meaning, examples[e]?.meaning ?? null)
      return found
    },

    linear(counts) {
      return {
        ...postings.weightsOfAll(counts),
        meaning: meaningOf(counts),
        scale: product(counts, scales),
        common: product(counts, commons),
      }
    },

    weightOf: (word, counts) => postings.weightOf(word, counts),

    scorer(counts) {
      const meanings = counts.map(meaningOf)
      const words = new Float64Array(examples.length)
      return (paper, into) => {
        addWords(paper, words)
        for (const [m, own] of counts.entries())
          into[m] = product(own, words) + MEANING_WEIGHT * agreement(meanings[m] ?? null, paper.meaning)
      }
    },
  }
}

function product(counts: ArrayLike<number>, of: Float64Array): number {
  let sum = 0
  for (let e = 0; e < of.length; e++) sum += (counts[e] ?? 0) * (of[e] ?? 0)
  return sum
}

/** The product of a meaning with several taken together; 0 where one is unknown, or they are of different models. */
function agreement(together: Float64Array | null, meaning: Float32Array | null): number {
  if (together === null || meaning?.length !== together.length) return 0
  let sum = 0
  for (let d = 0; d < together.length; d++) sum += (together[d] ?? 0) * (meaning[d] ?? 0)
  return sum
}
