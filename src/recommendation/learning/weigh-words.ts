import type { Rarity } from './word-frequencies.ts'
import { isRun, type Words } from './words.ts'

/** Words by what they weigh, ascending by number. */
export type Weighed = { ids: Uint32Array; weights: Float32Array }

/** How soon a word counts no more for being repeated: once is 1/(1+S) of what any number of times is. */
const SATURATION = 0.5
/** What runs of characters count beside words and pairs of words. Chosen on readers' histories, as the above (docs/decisions/027). */
const RUNS_WEIGHT = 0.4
const SHARES = { words: Math.sqrt(1 / (1 + RUNS_WEIGHT)), runs: Math.sqrt(RUNS_WEIGHT / (1 + RUNS_WEIGHT)) }

/**
 * Weights of words as in BM25, without a measure of length: words and pairs together have one length in all papers, runs of
 * characters another, the whole 1.
 */
export function weighWords(words: Words, rarityOf: Rarity): Weighed {
  const ids = new Uint32Array(words.ids.length)
  const weights = new Float32Array(words.ids.length)
  let kept = 0
  let runs = 0
  let ofRuns = 0
  let ofWords = 0
  for (let i = 0; i < words.ids.length; i++) {
    const id = words.ids[i] ?? 0
    const rarity = rarityOf(id)
    if (rarity === 0) continue
    const count = words.counts[i] ?? 0
    const weight = (count / (count + SATURATION)) * rarity
    ids[kept] = id
    weights[kept] = weight
    kept += 1
    if (isRun(id)) {
      ofRuns += weight * weight
      runs = kept
    } else ofWords += weight * weight
  }
  const scales = {
    runs: ofRuns > 0 ? SHARES.runs / Math.sqrt(ofRuns) : 0,
    words: ofWords > 0 ? SHARES.words / Math.sqrt(ofWords) : 0,
  }
  // Runs have the lower numbers.
  for (let i = 0; i < kept; i++) weights[i] = (weights[i] ?? 0) * (i < runs ? scales.runs : scales.words)
  return { ids: ids.slice(0, kept), weights: weights.slice(0, kept) }
}
