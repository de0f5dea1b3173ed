import { MEANING_WEIGHT, type Features } from './features.ts'
import { fitRidge } from './ridge.ts'

/** Something that an interest is learned from. */
export type Example = {
  features: Features
  /** What it speaks for: 1 for what the reader liked, 0 for what they passed over, below for what is not for them. */
  target: number
  /** How much it counts, above 0. */
  weight: number
}

/** One interest, learned. */
export type InterestModel = {
  examples: readonly Example[]
  /** Adds what it says of papers to what `score` gives. */
  counts: Float64Array
  /** The parts that the examples have in a paper's score, which add up to it; and their effects (ridge.ts). */
  explain(near: Float64Array): { parts: Float64Array; effects: Float64Array }
}

/** Strength of the ridge beside a likeness of 1 of a paper with itself. */
const LAMBDA = 1

/** `likeness`: of every two examples, n × n. */
export function learnInterest(
  examples: readonly Example[],
  { likeness }: { likeness: Float64Array },
): InterestModel {
  const ridge = fitRidge({
    likeness,
    targets: examples.map(({ target }) => target),
    weights: examples.map(({ weight }) => weight),
    lambda: LAMBDA,
  })
  return {
    examples,
    counts: ridge.counts,
    explain: (near) => ({
      parts: ridge.counts.map((count, i) => count * (near[i] ?? 0)),
      effects: ridge.effects(near),
    }),
  }
}

/** Scores papers for several interests in one pass over each paper. */
export type Scorer = (paper: Features, into: Float64Array) => void

/**
 * The scores are linear in a paper's words and meaning: the sums over examples are taken once, by word. Words are found in an
 * open-addressed table that is at most a quarter full.
 */
export function scorerOf(models: readonly Pick<InterestModel, 'examples' | 'counts'>[]): Scorer {
  const n = models.length
  const words = models.reduce(
    (sum, { examples }) => sum + examples.reduce((most, { features }) => most + features.ids.length, 0),
    0,
  )
  let size = 1 << 10
  while (size < words * 2) size *= 2
  const mask = size - 1
  const keys = new Uint32Array(size)
  const weights = new Float64Array(size * n)
  const dimensions = models
    .flatMap(({ examples }) => examples.map(({ features }) => features.meaning?.length ?? 0))
    .reduce((most, length) => Math.max(most, length), 0)
  const meanings = new Float64Array(dimensions * n)
  // What kinship takes off for what all papers have in common: sums of the examples' scales and of what is common to them.
  const scales = new Float64Array(n)
  const commons = new Float64Array(n)
  for (const [m, { examples, counts }] of models.entries()) {
    for (const [e, { features }] of examples.entries()) {
      const count = counts[e] ?? 0
      scales[m] = (scales[m] ?? 0) + count * features.scale
      commons[m] = (commons[m] ?? 0) + count * features.common
      for (const [i, id] of features.ids.entries()) {
        let slot = id & mask
        while (keys[slot] !== 0 && keys[slot] !== id) slot = (slot + 1) & mask
        keys[slot] = id
        weights[slot * n + m] = (weights[slot * n + m] ?? 0) + count * (features.weights[i] ?? 0)
      }
      if (features.meaning)
        for (let d = 0; d < dimensions; d++)
          meanings[m * dimensions + d] =
            (meanings[m * dimensions + d] ?? 0) + count * MEANING_WEIGHT * (features.meaning[d] ?? 0)
    }
  }
  return (paper, into) => {
    for (let m = 0; m < n; m++) into[m] = -paper.scale * (commons[m] ?? 0) - paper.common * (scales[m] ?? 0)
    for (let i = 0; i < paper.ids.length; i++) {
      const id = paper.ids[i] ?? 0
      let slot = id & mask
      while (keys[slot] !== 0 && keys[slot] !== id) slot = (slot + 1) & mask
      if (keys[slot] === 0) continue
      const weight = paper.weights[i] ?? 0
      for (let m = 0; m < n; m++) into[m] = (into[m] ?? 0) + weight * (weights[slot * n + m] ?? 0)
    }
    if (paper.meaning?.length !== dimensions) return
    for (let m = 0; m < n; m++) {
      let sum = 0
      for (let d = 0; d < dimensions; d++)
        sum += (meanings[m * dimensions + d] ?? 0) * (paper.meaning[d] ?? 0)
      into[m] = (into[m] ?? 0) + sum
    }
  }
}
