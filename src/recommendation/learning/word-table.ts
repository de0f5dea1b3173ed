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
  /**
   * Makes of it a table of other whole numbers above 0, asked for in the order in which words stand in memory; it is of no other use
   * after that. Yields now and then.
   */
  numbered(numberOf: (place: number, id: number) => number): Generator<void, WordNumbers>
  /** The same of any numbers. */
  valued(valueOf: (place: number) => number): Generator<void, WordValues>
}

/** Slots of two, of a word and its number: one fetch from memory, where a table and a list take two. */
export type WordNumbers = Uint32Array

/** What some words count, and `otherwise` for the others. */
type WordValues = (id: number, otherwise: number) => number

/**
 * An open-addressed table of 32-bit keys, none of them 0, doubled when it is half full. A key and its place stand side by side: most
 * of the time goes to fetching them from memory, and so they come together.
 */
export function openWordTable(): WordTable {
  let slots = new Uint32Array(2 * FIRST)
  let used = 0
  const take = (id: number, place: number) => {
    const slot = slotOf(slots, id)
    slots[slot] = id
    slots[slot + 1] = place
  }
  return {
    get words() {
      return used
    },
    put(id) {
      const slot = slotOf(slots, id)
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
      const slot = slotOf(slots, id)
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
    *numbered(numberOf) {
      for (let i = 0; i < slots.length; i += 2) {
        if (i % AT_ONCE === 0) yield
        const id = slots[i] ?? 0
        if (id !== 0) slots[i + 1] = numberOf(slots[i + 1] ?? 0, id)
      }
      return slots
    },
    *valued(valueOf) {
      const values = new Float32Array(slots.buffer)
      for (let i = 0; i < slots.length; i += 2) {
        if (i % AT_ONCE === 0) yield
        if (slots[i] !== 0) values[i + 1] = valueOf(slots[i + 1] ?? 0)
      }
      const of = slots
      return (id, otherwise) => {
        const slot = slotOf(of, id)
        return of[slot] === id ? (values[slot + 1] ?? 0) : otherwise
      }
    },
  }
}

/** Slots between which others get their turn. */
const AT_ONCE = 1 << 14

const FIRST = 1 << 12

/**
 * Where a word's key stands among slots of two, or is to stand: in the order of its upper bits, without the first, which tells words
 * from runs. Words that come in this order, as those of a paper do, are looked up from one end of the memory to the other.
 */
function slotOf(slots: Uint32Array, id: number): number {
  const mask = slots.length - 1
  let slot = ((id & 0x7fff_ffff) >>> (Math.clz32(slots.length) + 1)) << 1
  while (slots[slot] !== 0 && slots[slot] !== id) slot = (slot + 2) & mask
  return slot
}

/** 0 for words that have none. */
export function numberOf(slots: WordNumbers, id: number): number {
  const slot = slotOf(slots, id)
  return slots[slot] === id ? (slots[slot + 1] ?? 0) : 0
}

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
