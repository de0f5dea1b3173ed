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

/** An open-addressed table of 32-bit keys, doubled when it is half full: a Map would take ten times the memory. */
export function countWords(): WordFrequencies {
  let keys = new Uint32Array(1 << 16)
  let counts = new Uint32Array(1 << 16)
  let used = 0
  let papers = 0

  function slotOf(id: number): number {
    const mask = keys.length - 1
    let slot = id & mask
    while (keys[slot] !== 0 && keys[slot] !== id) slot = (slot + 1) & mask
    return slot
  }
  function grow(): void {
    const [oldKeys, oldCounts] = [keys, counts]
    keys = new Uint32Array(oldKeys.length * 2)
    counts = new Uint32Array(oldKeys.length * 2)
    for (const [slot, key] of oldKeys.entries()) {
      if (key === 0) continue
      const place = slotOf(key)
      keys[place] = key
      counts[place] = oldCounts[slot] ?? 0
    }
  }

  return {
    get papers() {
      return papers
    },
    add({ ids }) {
      papers += 1
      for (const id of ids) {
        let slot = slotOf(id)
        if (keys[slot] === 0) {
          if (used * 2 >= keys.length) {
            grow()
            slot = slotOf(id)
          }
          keys[slot] = id
          used += 1
        }
        counts[slot] = (counts[slot] ?? 0) + 1
      }
    },
    rarity(id) {
      const count = counts[slotOf(id)] ?? 0
      if (count < 2 || (isRun(id) && papers > FEW && count > papers * COMMON_RUN)) return 0
      return Math.log((1 + papers) / (1 + count))
    },
  }
}

/** Runs of characters that more of all papers have say nothing, and are most of a text. */
const COMMON_RUN = 0.16
/** Among fewer papers, many may have what is rare elsewhere. */
const FEW = 200
