import { driveInTurns } from '../../runtime/in-turns.ts'
import type { Clustering } from './word-clustering.ts'
import { openWordTable } from './word-table.ts'
import { isRun, type Words } from './words.ts'

/**
 * How rare a word is: the logarithm of all papers to those that have it, times what it counts more for telling readers apart
 * (word-clustering.ts). One that none of them has is as rare as one that a single one has: it came up since, or before them. Of
 * runs of characters, which share their numbers, those that many or at most one have are 0.
 */
export type Rarity = (id: number) => number

/** In how many papers each word comes. */
export type WordFrequencies = {
  add(words: Words): void
  /** What has been counted until now, in a table of its own without what at most one paper has, which is most. */
  rarity(clustering?: Clustering): Promise<Rarity>
}

export function countWords(): WordFrequencies {
  const table = openWordTable()
  let counts = new Uint32Array(1 << 16)
  let papers = 0
  const rarityOf = (id: number, count: number) =>
    isRun(id) && papers > FEW && count > papers * COMMON_RUN ? 0 : Math.log((1 + papers) / (1 + count))

  function* build(clustering: Clustering): Generator<void, Rarity> {
    const rarest = papers > 0 ? Math.log((1 + papers) / 2) : 0
    const all = table.ids()
    const rare = openWordTable()
    const rarities = new Float32Array(all.length)
    for (let place = 0; place < all.length; place++) {
      if (place % AT_ONCE === 0) yield
      const id = all[place] ?? 0
      const count = counts[place] ?? 0
      if (count > 1) rarities[rare.put(id)] = rarityOf(id, count) * clustering(id)
    }
    const valueOf = yield* rare.valued((place) => rarities[place] ?? 0)
    return (id) => valueOf(id, isRun(id) ? 0 : rarest)
  }

  return {
    add({ ids }) {
      papers += 1
      for (let i = 0; i < ids.length; i++) {
        const place = table.put(ids[i] ?? 0)
        if (place >= counts.length) {
          const before = counts
          counts = new Uint32Array(before.length * 2)
          counts.set(before)
        }
        counts[place] = (counts[place] ?? 0) + 1
      }
    },
    rarity: (clustering = () => 1) => driveInTurns(build(clustering)),
  }
}

/** Words between which others get their turn. */
const AT_ONCE = 4_096
/** Runs of characters that more of all papers have say nothing, and are most of a text. */
const COMMON_RUN = 0.16
/** Among fewer papers, many may have what is rare elsewhere. */
const FEW = 200
