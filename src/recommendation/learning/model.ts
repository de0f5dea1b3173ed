import { fitRidge } from './ridge.ts'

/** Something that an interest is learned from. */
export type Example = {
  /** What it speaks for: 1 for what the reader liked, 0 for what they passed over, below for what is not for them. */
  target: number
  /** How much it counts, above 0. */
  weight: number
}

/** One interest, learned. */
export type InterestModel = {
  /** What each example counts (ridge.ts): the score of a paper is the sum of these times what it has in common with each. */
  counts: Float64Array
  /** The parts that the examples have in a paper's score, which add up to it; and their effects (ridge.ts). */
  explain(near: Float64Array): { parts: Float64Array; effects: Float64Array }
  /** What an example would score if it had never been there. */
  withoutItself: (example: number) => number
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
    counts: ridge.counts,
    explain: (near) => ({
      parts: ridge.counts.map((count, i) => count * (near[i] ?? 0)),
      effects: ridge.effects(near),
    }),
    withoutItself: ridge.withoutItself,
  }
}
