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

/**
 * An open-addressed table of 32-bit keys, none of them 0, doubled when it is half full. A key and its place stand side by side: most
 * of the time goes to fetching them from memory, and so they come together.
 */
export function openWordTable(): WordTable {
  let slots = new Uint32Array(2 * FIRST)
  let used = 0
  /** Where a word's key stands, or is to stand. */
  const slotOf = (id: number) => {
    const mask = slots.length - 1
    let slot = (id << 1) & mask
    while (slots[slot] !== 0 && slots[slot] !== id) slot = (slot + 2) & mask
    return slot
  }
  const take = (id: number, place: number) => {
    const slot = slotOf(id)
    slots[slot] = id
    slots[slot + 1] = place
  }
  return {
    get words() {
      return used
    },
    put(id) {
      const slot = slotOf(id)
      if (slots[slot] === id) return slots[slot + 1] ?? 0
      if (used * 4 >= slots.length) {
        const before = slots
        slots = new Uint32Array(before.length * 2)
        for (let i = 0; i < before.length; i += 2) {
          const key = before[i] ?? 0
          if (key !== 0) take(key, before[i + 1] ?? 0)
        }
      }
      take(id, used)
      return used++
    },
    placeOf(id) {
      const slot = slotOf(id)
      return slots[slot] === id ? (slots[slot + 1] ?? 0) : -1
    },
    ids() {
      const ids = new Uint32Array(used)
      for (let i = 0; i < slots.length; i += 2) {
        const key = slots[i] ?? 0
        if (key !== 0) ids[slots[i + 1] ?? 0] = key
      }
      return ids
    },
  }
}

const FIRST = 1 << 12

/** Papers by the places of their words in a table of all of them; yields after each paper. */
export function* numberWords(
  papers: readonly { ids: Uint32Array }[],
): Generator<void, { table: WordTable; places: Uint32Array[] }> {
  const table = openWordTable()
  const places: Uint32Array[] = []
  for (const { ids } of papers) {
    const at = new Uint32Array(ids.length)
    for (let i = 0; i < ids.length; i++) at[i] = table.put(ids[i] ?? 0)
    places.push(at)
    yield
  }
  return { table, places }
}
