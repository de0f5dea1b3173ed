import { MEANING_WEIGHT, type Features } from './features.ts'
import { openPostings } from './postings.ts'

/** A score that is linear in what papers are compared by: what each word adds, and what agreement with a meaning does. */
export type LinearScore = {
  /** Words by number, and what each adds by its weight. */
  ids: Uint32Array
  weights: Float32Array
  /** null where no example has one. */
  meaning: Float64Array | null
  /** Sums of the examples' `scale` and `common` (features.ts), by what each counts. */
  scale: number
  common: number
}

/** Papers by their words: all are scored in one pass over words, not paper by paper. */
export type PaperIndex = {
  papers: readonly Features[]
  /** The place of each. */
  placeOf: ReadonlyMap<Features, number>
  /** The score of each of the first `count` papers, in their order: fewer take less time. */
  score(by: LinearScore, count: number): Float64Array
}

/** `papers`: 65,536 at most. */
export async function openPaperIndex(papers: readonly Features[]): Promise<PaperIndex> {
  const postings = await openPostings(papers)
  const meanings = meaningsOf(papers)
  return {
    papers,
    placeOf: new Map(papers.map((one, i) => [one, i])),
    score({ ids, weights, meaning, scale, common }, count) {
      const agreeing = meaning?.length === meanings.dimensions ? meaning : null
      const scores = new Float64Array(Math.min(count, papers.length))
      for (let i = 0; i < scores.length; i++) {
        const paper = papers[i]
        if (!paper) continue
        const alike = agreeing === null ? 0 : agreement(agreeing, meanings.numbers, i)
        scores[i] = MEANING_WEIGHT * alike - paper.scale * common - paper.common * scale
      }
      postings.addProducts({ ids, weights }, scores)
      return scores
    },
  }
}

/** The product of a meaning with that of one of the papers. */
function agreement(meaning: Float64Array, meanings: Float32Array, paper: number): number {
  const from = paper * meaning.length
  let sum = 0
  for (let d = 0; d < meaning.length; d++) sum += (meaning[d] ?? 0) * (meanings[from + d] ?? 0)
  return sum
}

/** Meanings one after the other, which are fetched from memory faster so; 0 where there is none. */
function meaningsOf(papers: readonly Features[]): { dimensions: number; numbers: Float32Array } {
  const dimensions = papers.find(({ meaning }) => meaning !== null)?.meaning?.length ?? 0
  const numbers = new Float32Array(papers.length * dimensions)
  for (const [i, { meaning }] of papers.entries())
    if (meaning?.length === dimensions) numbers.set(meaning, i * dimensions)
  return { dimensions, numbers }
}
