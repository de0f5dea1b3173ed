import { driveInTurns, mapInTurns } from '../../runtime/in-turns.ts'
import { lengthOf, meanOf, SHORTEST } from './mean.ts'
import { meanOfLargest } from './mean-of-largest.ts'
import { openPostings } from './postings.ts'
import type { Weighed } from './weigh-words.ts'
import { numberOf, numberWords, openWordTable } from './word-table.ts'
import { isRun } from './words.ts'

/**
 * How crowded it is around a paper: what it has in common on average with the nearest of a sample, to what is usual. `self`: its
 * place in the sample, -1 where it is not there.
 */
export type Crowding = (words: Weighed, self: number) => number

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
 * The mean likeness of a paper to its nearest, above 0: the cosine of what is left of both, in rare words, when the mean of all is
 * taken out.
 */
async function meanLikeness(papers: readonly Weighed[]): Promise<Crowding> {
  const { isCommon, isShared } = await tellWords(papers)
  const isRare = (id: number) => !isRun(id) && !isCommon(id)
  const rare = await mapInTurns([...papers], (words) => only(words, isRare))
  // A word that a single paper has makes it longer, and like no other.
  const sample = await mapInTurns(rare, (words) => only(words, isShared))
  const postings = await openPostings(sample)
  const mean = await meanOf(sample)
  const commons = new Float64Array(sample.length)
  const lengths = new Float64Array(sample.length)
  let place = 0
  await mapInTurns(rare, (words) => {
    const common = mean.commonOf(words)
    commons[place] = common
    lengths[place++] = lengthOf(words, common)
  })
  const nearest = Math.ceil(sample.length * NEAREST)
  const products = new Float64Array(sample.length)
  return (words, self) => {
    const own = only(words, isRare)
    const common = mean.commonOf(own)
    const length = lengthOf(own, common)
    products.fill(0)
    postings.addProducts(own, products)
    for (let j = 0; j < products.length; j++)
      products[j] = ((products[j] ?? 0) - common - (commons[j] ?? 0)) / (length * (lengths[j] ?? 1))
    if (self >= 0) products[self] = 0
    return Math.max(SHORTEST, meanOfLargest(products, nearest))
  }
}

/** Which words too many papers have to tell anything, and which more than one has. */
async function tellWords(
  papers: readonly Weighed[],
): Promise<Record<'isCommon' | 'isShared', (id: number) => boolean>> {
  const { table, places } = await driveInTurns(numberWords(papers))
  const counts = new Uint32Array(table.words)
  await mapInTurns(places, (at) => {
    for (let i = 0; i < at.length; i++) counts[at[i] ?? 0] = (counts[at[i] ?? 0] ?? 0) + 1
  })
  const most = papers.length * RARE
  // A table of their own is small, and stays near.
  const common = openWordTable()
  const numbers = await driveInTurns(
    table.numbered((place, id) => {
      const count = counts[place] ?? 0
      if (count > most) common.put(id)
      return count
    }),
  )
  return { isCommon: (id) => common.placeOf(id) >= 0, isShared: (id) => numberOf(numbers, id) > 1 }
}

function only({ ids, weights }: Weighed, isWanted: (id: number) => boolean): Weighed {
  const kept = { ids: new Uint32Array(ids.length), weights: new Float32Array(ids.length) }
  let count = 0
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] ?? 0
    if (!isWanted(id)) continue
    kept.ids[count] = id
    kept.weights[count] = weights[i] ?? 0
    count += 1
  }
  return { ids: kept.ids.subarray(0, count), weights: kept.weights.subarray(0, count) }
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
