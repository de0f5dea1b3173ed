import { openWordTable } from './word-table.ts'
import { isRun, type Words } from './words.ts'

/** In how many papers each word comes. */
export type WordFrequencies = {
  readonly papers: number
  add(words: Words): void
  /**
   * How rare a word is: the logarithm of all papers to those that have it; 0 for one that at most one paper has, and for a
   * run of characters that many have.
   */
  rarity(id: number): number
}

export function countWords(): WordFrequencies {
  const table = openWordTable()
  let counts = new Uint32Array(1 << 16)
  let papers = 0
  return {
    get papers() {
      return papers
    },
    add({ ids }) {
      papers += 1
      for (const id of ids) {
        const place = table.put(id)
        if (place >= counts.length) {
          const before = counts
          counts = new Uint32Array(before.length * 2)
          counts.set(before)
        }
        counts[place] = (counts[place] ?? 0) + 1
      }
    },
    rarity(id) {
      const count = counts[table.placeOf(id)] ?? 0
      if (count < 2 || (isRun(id) && papers > FEW && count > papers * COMMON_RUN)) return 0
      return Math.log((1 + papers) / (1 + count))
    },
  }
}

/** Runs of characters that more of all papers have say nothing, and are most of a text. */
const COMMON_RUN = 0.16
/** Among fewer papers, many may have what is rare elsewhere. */
const FEW = 200
