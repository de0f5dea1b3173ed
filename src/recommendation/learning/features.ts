import type { WordFrequencies } from './word-frequencies.ts'
import type { Words } from './words.ts'

/**
 * What a paper is compared by: its words, each weighed by how rare it is, and its meaning (null where it has no vector);
 * both of length 1.
 */
export type Features = { ids: Uint32Array; weights: Float32Array; meaning: Float32Array | null }

/** How soon a word counts no more for being repeated: once is 1/(1+S) of what any number of times is. */
const SATURATION = 0.5
/** What agreement in meaning counts beside agreement in words. Chosen on readers' histories (docs/decisions/027). */
export const MEANING_WEIGHT = 0.07

/** Weights of words as in BM25, without a measure of length: the whole has length 1 anyway. */
export function weighWords(words: Words, frequencies: WordFrequencies): Pick<Features, 'ids' | 'weights'> {
  const ids = new Uint32Array(words.ids.length)
  const weights = new Float32Array(words.ids.length)
  let kept = 0
  let square = 0
  for (const [i, id] of words.ids.entries()) {
    const rarity = frequencies.rarity(id)
    if (rarity === 0) continue
    const count = words.counts[i] ?? 0
    const weight = (count / (count + SATURATION)) * rarity
    ids[kept] = id
    weights[kept] = weight
    square += weight * weight
    kept += 1
  }
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0
  for (let i = 0; i < kept; i++) weights[i] = (weights[i] ?? 0) * scale
  return { ids: ids.slice(0, kept), weights: weights.slice(0, kept) }
}

/** How much two papers have in common: a positive definite kernel, 1 + MEANING_WEIGHT for a paper and itself. */
export function kinship(a: Features, b: Features): number {
  let words = 0
  for (let i = 0, j = 0; i < a.ids.length && j < b.ids.length;) {
    const x = a.ids[i] ?? 0
    const y = b.ids[j] ?? 0
    if (x === y) words += (a.weights[i++] ?? 0) * (b.weights[j++] ?? 0)
    else if (x < y) i += 1
    else j += 1
  }
  return words + MEANING_WEIGHT * likeness(a.meaning, b.meaning)
}

/** The cosine of two meanings; 0 where one is unknown. */
export function likeness(a: Float32Array | null, b: Float32Array | null): number {
  if (a === null || b === null) return 0
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}
