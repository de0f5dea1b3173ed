import { mapInTurns } from '../../runtime/in-turns.ts'
import { meanOfLargest } from './mean-of-largest.ts'
import type { Weighed } from './weigh-words.ts'
import { tableInTurns } from './word-table.ts'
import { isRun } from './words.ts'

/**
 * How crowded it is around a paper: what it has in common on average with the nearest of a sample, to what is usual. `self`: its
 * place in the sample, -1 where it is not there.
 */
export type Crowding = (words: Weighed, self: number) => number

/** So that nothing is divided by 0. */
export const SHORTEST = 1e-3
/** The nearest of the sample that tell how crowded it is around a paper: one in a hundred. */
const NEAREST = 0.01
/** They are told by the words and pairs of words that no more of all papers have: the others cost most and tell least. */
const RARE = 0.1
/** Papers whose crowding tells what is usual. */
const MEASURED = 300

/** `papers`: the sample by words and pairs of words alone, 65,536 at most. */
export async function tellCrowding(papers: readonly Weighed[]): Promise<Crowding> {
  const likeness = await meanLikeness(papers)
  const usual = await usualLikeness(likeness, papers)
  return (words, self) => likeness(words, self) / usual
}

/**
 * The mean likeness of a paper to its nearest, above 0: the cosine of what is left of both when the mean of all is taken out. The
 * sample is kept by rare words: which papers have each, and what it weighs there.
 */
async function meanLikeness(sample: readonly Weighed[]): Promise<Crowding> {
  const table = await tableInTurns(sample)
  const counts = new Uint32Array(table.words)
  await mapInTurns([...sample], ({ ids }) => {
    for (const id of ids) counts[table.placeOf(id)] = (counts[table.placeOf(id)] ?? 0) + 1
  })
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
  const means = new Float64Array(table.words)
  let paper = 0
  await mapInTurns([...sample], ({ ids, weights }) => {
    for (let i = 0; i < ids.length; i++) {
      const place = table.placeOf(ids[i] ?? 0)
      if (!isRare(place)) continue
      const at = filled[place] ?? 0
      filled[place] = at + 1
      papers[at] = paper
      values[at] = weights[i] ?? 0
      means[place] = (means[place] ?? 0) + (weights[i] ?? 0) / sample.length
    }
    paper += 1
  })
  const own = means.reduce((sum, one) => sum + one * one, 0)

  /** What a paper has in common with the mean, less half of what that has with itself; and the length of what is left. */
  function centre({ ids, weights }: Weighed): { common: number; length: number } {
    let common = -own / 2
    let square = 0
    for (let i = 0; i < ids.length; i++) {
      const place = table.placeOf(ids[i] ?? 0)
      if (place < 0 || !isRare(place)) continue
      const weight = weights[i] ?? 0
      common += weight * (means[place] ?? 0)
      square += weight * weight
    }
    return { common, length: Math.sqrt(Math.max(SHORTEST, square - 2 * common)) }
  }
  const centres = await mapInTurns([...sample], centre)
  const nearest = Math.ceil(sample.length * NEAREST)
  const products = new Float64Array(sample.length)
  return (words, self) => {
    products.fill(0)
    const { ids, weights } = words
    // Runs of characters, which the sample is without, have the lower numbers.
    for (let i = ids.length - 1; i >= 0 && !isRun(ids[i] ?? 0); i--) {
      const place = table.placeOf(ids[i] ?? 0)
      if (place < 0) continue
      const weight = weights[i] ?? 0
      const end = ends[place + 1] ?? 0
      for (let at = ends[place] ?? 0; at < end; at++) {
        const j = papers[at] ?? 0
        products[j] = (products[j] ?? 0) + weight * (values[at] ?? 0)
      }
    }
    const { common, length } = centre(words)
    for (let j = 0; j < products.length; j++) {
      const other = centres[j]
      if (other) products[j] = ((products[j] ?? 0) - common - other.common) / (length * other.length)
    }
    if (self >= 0) products[self] = 0
    return Math.max(SHORTEST, meanOfLargest(products, nearest))
  }
}

/** What is usual around papers of the sample: the geometric mean over some, spread over it. */
async function usualLikeness(likeness: Crowding, papers: readonly Weighed[]): Promise<number> {
  const measured = Math.min(MEASURED, papers.length)
  const places = Array.from({ length: measured }, (_, i) => Math.floor((i * papers.length) / measured))
  const logs = await mapInTurns(places, (at) => {
    const words = papers[at]
    return words ? Math.log(likeness(words, at)) : 0
  })
  return Math.exp(logs.reduce((sum, one) => sum + one, 0) / measured)
}
