import { driveInTurns } from '../../runtime/in-turns.ts'
import { numberWords } from './word-table.ts'
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
const SHRINKAGE = 200
const MOST = 0.6
/** With fewer readers, a word counts by its rarity alone: nobody's choices can be told from what it counts. */
const FEWEST_READERS = 5

/** Words between which others get their turn. */
const AT_ONCE = 4_096

/** `chosen`: what each reader chose, by the places of papers in `papers`, two at least. */
export function learnClustering(
  papers: readonly Words[],
  chosen: readonly (readonly number[])[],
): Promise<Clustering> {
  return driveInTurns(learn(papers, chosen))
}

function* learn(
  papers: readonly Words[],
  chosen: readonly (readonly number[])[],
): Generator<void, Clustering> {
  const { table, places: wordsOf } = yield* numberWords(papers)
  // By word: papers that have it, each for each of its readers; these readers; and of each paper the part of its reader's others
  // that have it.
  const papersWith = new Uint32Array(table.words)
  const readersWith = new Uint32Array(table.words)
  const shared = new Float64Array(table.words)
  const counts = new Uint16Array(table.words)
  const counted = new Uint32Array(table.words)
  let all = 0
  for (const own of chosen) {
    if (own.length < 2) continue
    all += own.length
    let words = 0
    for (const paper of own) {
      for (const word of wordsOf[paper] ?? []) {
        const count = counts[word] ?? 0
        if (count === 0) counted[words++] = word
        counts[word] = count + 1
      }
    }
    for (let i = 0; i < words; i++) {
      const word = counted[i] ?? 0
      const count = counts[word] ?? 0
      counts[word] = 0
      papersWith[word] = (papersWith[word] ?? 0) + count
      readersWith[word] = (readersWith[word] ?? 0) + 1
      shared[word] = (shared[word] ?? 0) + (count * (count - 1)) / (own.length - 1)
    }
    yield
  }
  const weights = new Map<number, number>()
  const ids = table.ids()
  for (let place = 0; place < ids.length; place++) {
    if (place % AT_ONCE === 0) yield
    const count = papersWith[place] ?? 0
    if ((readersWith[place] ?? 0) < FEWEST_READERS || count === all) continue
    const share = count / all
    const correlation = ((shared[place] ?? 0) / all - share ** 2) / (share * (1 - share))
    const shrunk = Math.min(MOST, (correlation * count) / (count + SHRINKAGE))
    if (shrunk > 0) weights.set(ids[place] ?? 0, (1 - shrunk) ** -STRENGTH)
  }
  return (id) => weights.get(id) ?? 1
}
