import type { Features } from './features.ts'
import type { Weighed } from './weigh-words.ts'
import { tableOf } from './word-table.ts'
import { isRun } from './words.ts'

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

/** The nearest of the sample that tell how crowded it is around a paper: one in a hundred. */
const NEAREST = 0.01
/** They are told by the words and pairs of words that no more of all papers have. */
const RARE = 0.05
/** With fewer papers, what they have in common is chance, and nothing is taken out. */
const LEAST = 200
/** Papers whose crowding tells what is usual. */
const MEASURED = 300
/** No paper is taken for more than four times as crowded as usual, or less than a quarter. */
const BOUNDS = { least: 0.25, most: 4 }

/** `papers`: the words of a sample of the collection, 65,536 at most. */
export function learnComparison(papers: readonly Weighed[]): Comparison {
  const sample = papers.length < LEAST ? [] : papers
  const index = indexOf(sample)
  const own = sample.reduce((sum, words) => sum + index.common(words), 0) / Math.max(1, sample.length)
  /** What the mean paper has in common with a paper, less half of what it has with itself. */
  const commonOf = (words: Weighed) => index.common(words) - own / 2
  const squareOf = ({ weights }: Weighed, common: number) =>
    Math.max(SHORTEST, weights.reduce((sum, weight) => sum + weight * weight, 0) - 2 * common)
  const products = new Float64Array(sample.length)

  /** What a paper has in common on average with the nearest of the sample, above 0. */
  function crowding(words: Weighed, self: number): number {
    index.products(words, products)
    if (self >= 0) products[self] = 0
    const nearest = Math.ceil(sample.length * NEAREST)
    const sum = products
      .toSorted()
      .subarray(-nearest)
      .reduce((total, one) => total + one, 0)
    return Math.max(SHORTEST, sum / nearest)
  }
  const usual = usualCrowding()
  function usualCrowding(): number | null {
    if (sample.length === 0) return null
    const measured = Math.min(MEASURED, sample.length)
    let sum = 0
    for (let i = 0; i < measured; i++) {
      const at = Math.floor((i * sample.length) / measured)
      const words = sample[at]
      if (words) sum += Math.log(crowding(words, at))
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
      const crowded = usual === null ? 1 : crowding(words, self) / usual
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
  /** What it has in common with each of the sample in rare words. */
  products(words: Weighed, into: Float64Array): void
}

/** The sample by words: what each weighs on average, and of rare ones which papers have them and what it weighs there. */
function indexOf(sample: readonly Weighed[]): Index {
  const table = tableOf(sample)
  const means = new Float64Array(table.words)
  const counts = new Uint32Array(table.words)
  for (const { ids, weights } of sample)
    for (let i = 0; i < ids.length; i++) {
      const place = table.placeOf(ids[i] ?? 0)
      means[place] = (means[place] ?? 0) + (weights[i] ?? 0) / sample.length
      if (!isRun(ids[i] ?? 0)) counts[place] = (counts[place] ?? 0) + 1
    }
  const most = sample.length * RARE
  const ends = new Uint32Array(table.words + 1)
  for (let place = 0; place < table.words; place++) {
    const count = counts[place] ?? 0
    ends[place + 1] = (ends[place] ?? 0) + (count <= most ? count : 0)
  }
  const isRare = (place: number) => (ends[place + 1] ?? 0) > (ends[place] ?? 0)
  const filled = ends.slice()
  const papers = new Uint16Array(ends.at(-1) ?? 0)
  const values = new Float32Array(papers.length)
  for (const [j, { ids, weights }] of sample.entries())
    for (let i = 0; i < ids.length; i++) {
      const place = table.placeOf(ids[i] ?? 0)
      if (isRun(ids[i] ?? 0) || !isRare(place)) continue
      const at = filled[place] ?? 0
      filled[place] = at + 1
      papers[at] = j
      values[at] = weights[i] ?? 0
    }
  return {
    common({ ids, weights }) {
      let sum = 0
      for (let i = 0; i < ids.length; i++) {
        const place = table.placeOf(ids[i] ?? 0)
        if (place >= 0) sum += (weights[i] ?? 0) * (means[place] ?? 0)
      }
      return sum
    },
    products({ ids, weights }, into) {
      into.fill(0)
      // Runs have the lower numbers.
      for (let i = ids.length - 1; i >= 0 && !isRun(ids[i] ?? 0); i--) {
        const place = table.placeOf(ids[i] ?? 0)
        if (place < 0) continue
        const weight = weights[i] ?? 0
        const end = ends[place + 1] ?? 0
        for (let at = ends[place] ?? 0; at < end; at++) {
          const j = papers[at] ?? 0
          into[j] = (into[j] ?? 0) + weight * (values[at] ?? 0)
        }
      }
    },
  }
}
