/**
 * What a paper is compared by: its words, each weighed by how rare it is, and its meaning (null where it has no vector). Both have
 * the length that crowding leaves them (comparison.ts).
 */
export type Features = {
  ids: Uint32Array
  weights: Float32Array
  meaning: Float32Array | null
  /** What weights were multiplied by. */
  scale: number
  /** `scale` times what the words have in common with the mean paper, less half of what that has with itself. */
  common: number
}

/** What agreement in meaning counts beside agreement in words. Chosen on readers' histories (docs/decisions/027). */
export const MEANING_WEIGHT = 0.05

/**
 * How much two papers have in common beyond what any two have: a positive definite kernel. With words x and y, μ the mean of
 * papers and s their scales, s·s′·(x − μ)·(y − μ) + MEANING_WEIGHT times the likeness of their meanings.
 */
export function kinship(a: Features, b: Features): number {
  let words = 0
  for (let i = 0, j = 0; i < a.ids.length && j < b.ids.length;) {
    const x = a.ids[i] ?? 0
    const y = b.ids[j] ?? 0
    if (x === y) words += (a.weights[i++] ?? 0) * (b.weights[j++] ?? 0)
    else if (x < y) i += 1
    else j += 1
  }
  words -= a.scale * b.common + b.scale * a.common
  return words + MEANING_WEIGHT * likeness(a.meaning, b.meaning)
}

/** The product of two meanings, which for meanings of length 1 is their cosine; 0 where one is unknown. */
export function likeness(a: Float32Array | null, b: Float32Array | null): number {
  if (a === null || b === null) return 0
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}
