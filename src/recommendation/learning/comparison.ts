import type { Features } from './features.ts'
import type { Weighed } from './weigh-words.ts'

/**
 * Turns words and meanings into what papers are compared by. Two things are taken out that are of no reader: what all papers have
 * in common (their mean is subtracted), and how crowded a field is: in one that hundreds of papers share, much likeness says
 * little, so the features of a paper that is much like its nearest are short ones. (Local scaling: Zelnik-Manor and Perona 2004;
 * Jégou, Harzallah, Schmid 2007. Both raise what is found on readers' histories: docs/decisions/027.)
 */
export type Comparison = {
  /** `self`: the place of the paper in the sample, when it is there. */
  ofPaper(words: Weighed, meaning: Float32Array | null, self?: number): Features
  /** A text of a few words, which has no field of its own. */
  ofText(words: Weighed): Features
}

/** The nearest of the sample that tell how crowded it is around a paper: two in a hundred. */
const NEAREST = 0.02
/** With fewer papers, what they have in common is chance, and nothing is taken out. */
const LEAST = 200
/** Papers whose crowding tells what is usual. */
const MEASURED = 300
/** No paper counts twice as much as usual, or half. */
const BOUNDS = { least: 0.25, most: 4 }

/** `papers`: the words of a sample of the collection, 65,536 papers at most. */
export function learnComparison(papers: readonly Weighed[]): Comparison {
  const sample = papers.length < LEAST ? [] : papers
  const index = indexOf(sample)
  const own = sample.reduce((sum, words) => sum + index.common(words), 0) / Math.max(1, sample.length)
  /** What the mean paper has in common with a paper, less half of what it has with itself. */
  const commonOf = (words: Weighed) => index.common(words) - own / 2
  const squareOf = ({ weights }: Weighed, common: number) =>
    Math.max(SHORTEST, weights.reduce((sum, weight) => sum + weight * weight, 0) - 2 * common)
  const commons = Float64Array.from(sample, commonOf)
  const lengths = Float64Array.from(sample, (words, i) => Math.sqrt(squareOf(words, commons[i] ?? 0)))
  const likenesses = new Float64Array(sample.length)

  /** The mean likeness of a paper to the nearest of the sample, above 0. */
  function crowding(words: Weighed, common: number, length: number, self: number): number {
    index.products(words, likenesses)
    for (let j = 0; j < likenesses.length; j++)
      likenesses[j] =
        j === self ? -1 : ((likenesses[j] ?? 0) - common - (commons[j] ?? 0)) / (lengths[j] ?? 1)
    const nearest = Math.ceil(sample.length * NEAREST)
    const sum = likenesses
      .toSorted()
      .subarray(-nearest)
      .reduce((total, one) => total + Math.max(0, one), 0)
    return Math.max(SHORTEST, sum / nearest / length)
  }
  const usual = usualCrowding()
  function usualCrowding(): number | null {
    if (sample.length === 0) return null
    const measured = Math.min(MEASURED, sample.length)
    let sum = 0
    for (let i = 0; i < measured; i++) {
      const at = Math.floor((i * sample.length) / measured)
      const words = sample[at]
      if (words) sum += Math.log(crowding(words, commons[at] ?? 0, lengths[at] ?? 1, at))
    }
    return Math.exp(sum / measured)
  }

  function scaled(
    words: Weighed,
    meaning: Float32Array | null,
    common: number,
    scale: number,
    by: number,
  ): Features {
    return {
      ids: words.ids,
      weights: words.weights.map((weight) => weight * scale),
      meaning: meaning && (by === 1 ? meaning : meaning.map((value) => value * by)),
      scale,
      common: common * scale,
    }
  }
  const without = (meaning: Float32Array | null): Features => ({ ...NO_WORDS, meaning })
  return {
    ofPaper(words, meaning, self = -1) {
      if (words.ids.length === 0) return without(meaning)
      const common = commonOf(words)
      const length = Math.sqrt(squareOf(words, common))
      const crowded = usual === null ? 1 : crowding(words, common, length, self) / usual
      const by = 1 / Math.sqrt(Math.min(BOUNDS.most, Math.max(BOUNDS.least, crowded)))
      return scaled(words, meaning, common, by / length, by)
    },
    ofText(words) {
      if (words.ids.length === 0) return without(null)
      const common = commonOf(words)
      return scaled(words, null, common, 1 / Math.sqrt(squareOf(words, common)), 1)
    },
  }
}

const NO_WORDS = { ids: new Uint32Array(), weights: new Float32Array(), scale: 0, common: 0 }
/** So that nothing is divided by 0. */
const SHORTEST = 1e-3

type Index = {
  /** What a paper has in common with the mean of the sample. */
  common(words: Weighed): number
  /** What it has in common with each of the sample. */
  products(words: Weighed, into: Float64Array): void
}

/** The sample by words: which papers have each, and what it weighs in them. */
function indexOf(sample: readonly Weighed[]): Index {
  const total = sample.reduce((sum, { ids }) => sum + ids.length, 0)
  let size = 1 << 10
  while (size < total * 2) size *= 2
  const mask = size - 1
  const keys = new Uint32Array(size)
  const starts = new Uint32Array(size + 1)
  const slotOf = (id: number) => {
    let slot = id & mask
    while (keys[slot] !== 0 && keys[slot] !== id) slot = (slot + 1) & mask
    return slot
  }
  for (const { ids } of sample)
    for (const id of ids) {
      const slot = slotOf(id)
      keys[slot] = id
      starts[slot + 1] = (starts[slot + 1] ?? 0) + 1
    }
  for (let slot = 0; slot < size; slot++) starts[slot + 1] = (starts[slot + 1] ?? 0) + (starts[slot] ?? 0)
  const filled = starts.slice(0, size)
  const papers = new Uint16Array(total)
  const weights = new Float32Array(total)
  const means = new Float32Array(size)
  for (const [j, words] of sample.entries())
    for (const [i, id] of words.ids.entries()) {
      const slot = slotOf(id)
      const at = filled[slot] ?? 0
      filled[slot] = at + 1
      papers[at] = j
      weights[at] = words.weights[i] ?? 0
      means[slot] = (means[slot] ?? 0) + (words.weights[i] ?? 0) / sample.length
    }
  return {
    common({ ids, weights: own }) {
      if (total === 0) return 0
      let sum = 0
      for (const [i, id] of ids.entries()) sum += (own[i] ?? 0) * (means[slotOf(id)] ?? 0)
      return sum
    },
    products({ ids, weights: own }, into) {
      into.fill(0)
      if (total === 0) return
      for (const [i, id] of ids.entries()) {
        const slot = slotOf(id)
        const weight = own[i] ?? 0
        const end = starts[slot + 1] ?? 0
        for (let at = starts[slot] ?? 0; at < end; at++) {
          const j = papers[at] ?? 0
          into[j] = (into[j] ?? 0) + weight * (weights[at] ?? 0)
        }
      }
    },
  }
}
