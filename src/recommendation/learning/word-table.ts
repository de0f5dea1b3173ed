import { mapInTurns } from '../../runtime/in-turns.ts'

/** Numbers words from 0 on, in the order in which they come: a Map would take ten times the memory. */
export type WordTable = {
  /** How many words there are. */
  readonly words: number
  /** The place of a word, which it is given when it has none. */
  put(id: number): number
  /** The place of a word, -1 where it has none. */
  placeOf(id: number): number
  /** All words, by place. */
  ids(): Uint32Array
}

/** An open-addressed table of 32-bit keys, none of them 0, doubled when it is half full. */
export function openWordTable(): WordTable {
  let keys = new Uint32Array(1 << 12)
  let places = new Int32Array(keys.length)
  let used = 0
  const slotOf = (id: number) => {
    const mask = keys.length - 1
    let slot = id & mask
    while (keys[slot] !== 0 && keys[slot] !== id) slot = (slot + 1) & mask
    return slot
  }
  const take = (id: number, place: number) => {
    const slot = slotOf(id)
    keys[slot] = id
    places[slot] = place
  }
  return {
    get words() {
      return used
    },
    put(id) {
      const slot = slotOf(id)
      if (keys[slot] === id) return places[slot] ?? 0
      if (used * 2 >= keys.length) {
        const before = { keys, places }
        keys = new Uint32Array(keys.length * 2)
        places = new Int32Array(keys.length)
        for (const [slot, key] of before.keys.entries()) if (key !== 0) take(key, before.places[slot] ?? 0)
      }
      take(id, used)
      return used++
    },
    placeOf(id) {
      const slot = slotOf(id)
      return keys[slot] === id ? (places[slot] ?? 0) : -1
    },
    ids() {
      const ids = new Uint32Array(used)
      for (const [slot, key] of keys.entries()) if (key !== 0) ids[places[slot] ?? 0] = key
      return ids
    },
  }
}

/** The words of many papers, taken in turns. */
export async function tableInTurns(papers: readonly { ids: Uint32Array }[]): Promise<WordTable> {
  const table = openWordTable()
  await mapInTurns([...papers], ({ ids }) => {
    for (const id of ids) table.put(id)
  })
  return table
}

/** The words of some papers. */
export function tableOf(papers: readonly { ids: Uint32Array }[]): WordTable {
  const table = openWordTable()
  for (const { ids } of papers) for (const id of ids) table.put(id)
  return table
}
