import { driveInTurns } from '../../runtime/in-turns.ts'
import { openWordTable } from './word-table.ts'
import type { Words } from './words.ts'

/** How much more a word counts than by its rarity alone: 1 or more. */
export type Clustering = (id: number) => number

/**
 * Some words stand in most papers that one reader chose and in few that another did: these tell what somebody is interested in.
 * Others, as rare, come anywhere. How much of the difference between papers is a difference between readers is a word's
 * intraclass correlation ρ (Fisher 1925; of a yes or no: Ridout, Demétrio, Firth 1999); as in Fisher's discriminant, what
 * differs within readers counts less, so a word weighs (1 − ρ)^−STRENGTH. Chosen on readers' histories (docs/decisions/027).
 */
const STRENGTH = 1.5
/** So many papers that have a word make its correlation half of what they show. */
const SHRINKAGE = 50
const MOST = 0.6
/** With fewer readers, a word counts by its rarity alone: nobody's choices can be told from what it counts. */
const FEWEST_READERS = 5

/** Words between which others get their turn. */
const AT_ONCE = 4_096

/** `chosen`: the words of what each reader chose, two papers at least. */
export function learnClustering(chosen: Iterable<readonly Words[]>): Promise<Clustering> {
  return driveInTurns(learn(chosen))
}

function* learn(chosen: Iterable<readonly Words[]>): Generator<void, Clustering> {
  const table = openWordTable()
  /** By word: papers that have it, readers with such papers, and for each paper the part of the reader's others that have it. */
  const papersWith: number[] = []
  const readersWith: number[] = []
  const shared: number[] = []
  let papers = 0
  for (const own of chosen) {
    if (own.length < 2) continue
    papers += own.length
    const counts = new Map<number, number>()
    for (const { ids } of own) {
      for (let i = 0; i < ids.length; i++) {
        const place = table.put(ids[i] ?? 0)
        counts.set(place, (counts.get(place) ?? 0) + 1)
      }
      yield
    }
    for (const [place, count] of counts) {
      papersWith[place] = (papersWith[place] ?? 0) + count
      readersWith[place] = (readersWith[place] ?? 0) + 1
      shared[place] = (shared[place] ?? 0) + (count * (count - 1)) / (own.length - 1)
    }
    yield
  }
  const weights = new Map<number, number>()
  const ids = table.ids()
  for (let place = 0; place < ids.length; place++) {
    if (place % AT_ONCE === 0) yield
    const count = papersWith[place] ?? 0
    if ((readersWith[place] ?? 0) < FEWEST_READERS || count === papers) continue
    const share = count / papers
    const correlation = ((shared[place] ?? 0) / papers - share ** 2) / (share * (1 - share))
    const shrunk = Math.min(MOST, (correlation * count) / (count + SHRINKAGE))
    if (shrunk > 0) weights.set(ids[place] ?? 0, (1 - shrunk) ** -STRENGTH)
  }
  return (id) => weights.get(id) ?? 1
}
