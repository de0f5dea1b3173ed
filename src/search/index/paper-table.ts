import { CATEGORIES_KEPT, categoryNumbers, type Columns } from './segment.ts'

/**
 * The facts of all indexed papers that filters, facets and orders need, by the paper's id: what the segments hold,
 * put where one step finds it.
 */
export type PaperTable = {
  /** Ids are below this. */
  size: number
  /** How many papers there are. */
  count: number
  /** The segment whose statement of a paper counts; 0 where there is no such paper. */
  owners: Uint32Array
  /** 1 where there is a paper, else 0. */
  live: Uint8Array
  seqs: Float64Array
  titleLengths: Uint8Array
  bodyLengths: Uint16Array
  datedAt: Float64Array
  flags: Uint8Array
  /** As in `Columns`, with `categoryNames` of the whole index. */
  categories: Uint16Array
  categoryNames: string[]
  /** Sums of the lengths of all. */
  titleWords: number
  bodyWords: number
}

export function newPaperTable(): PaperTable {
  return {
    size: 0,
    count: 0,
    owners: new Uint32Array(0),
    live: new Uint8Array(0),
    seqs: new Float64Array(0),
    titleLengths: new Uint8Array(0),
    bodyLengths: new Uint16Array(0),
    datedAt: new Float64Array(0),
    flags: new Uint8Array(0),
    categories: new Uint16Array(0),
    categoryNames: [],
    titleWords: 0,
    bodyWords: 0,
  }
}

/** Takes in a segment's papers: they are of segment `owner` from now on. */
export function addToTable(table: PaperTable, columns: Columns, owner: number): void {
  reserve(table, (columns.ids.at(-1) ?? 0) + 1)
  const numberOf = categoryNumbers(table.categoryNames)
  const renumbered = columns.categoryNames.map(numberOf)
  columns.ids.forEach((id, row) => {
    if (table.owners[id] === 0) table.count++
    forgetLengths(table, id)
    table.titleWords += columns.titleLengths[row] ?? 0
    table.bodyWords += columns.bodyLengths[row] ?? 0
    table.owners[id] = owner
    table.live[id] = 1
    table.seqs[id] = columns.seqs[row] ?? 0
    table.titleLengths[id] = columns.titleLengths[row] ?? 0
    table.bodyLengths[id] = columns.bodyLengths[row] ?? 0
    table.datedAt[id] = columns.datedAt[row] ?? 0
    table.flags[id] = columns.flags[row] ?? 0
    for (let slot = 0; slot < CATEGORIES_KEPT; slot++) {
      const number = columns.categories[row * CATEGORIES_KEPT + slot] ?? 0
      table.categories[id * CATEGORIES_KEPT + slot] = number === 0 ? 0 : (renumbered[number - 1] ?? 0)
    }
  })
}

/** Forgets a paper; answers the segment that had it, 0 for none. */
export function removeFromTable(table: PaperTable, id: number): number {
  const owner = table.owners[id] ?? 0
  if (owner === 0) return 0
  table.owners[id] = 0
  table.live[id] = 0
  table.count--
  forgetLengths(table, id)
  return owner
}

function forgetLengths(table: PaperTable, id: number): void {
  table.titleWords -= table.titleLengths[id] ?? 0
  table.bodyWords -= table.bodyLengths[id] ?? 0
  table.titleLengths[id] = 0
  table.bodyLengths[id] = 0
}

/** Words of a title and of a body on average, at least 1. */
export function averageLengths({ titleWords, bodyWords, count }: PaperTable): {
  title: number
  body: number
} {
  const average = (words: number) => (count === 0 ? 1 : Math.max(1, words / count))
  return { title: average(titleWords), body: average(bodyWords) }
}

function reserve(table: PaperTable, size: number): void {
  if (size <= table.size) return
  table.size = size
  if (size <= table.owners.length) return
  const capacity = Math.ceil(size * 1.25) + 64
  table.owners = grown(table.owners, new Uint32Array(capacity))
  table.live = grown(table.live, new Uint8Array(capacity))
  table.seqs = grown(table.seqs, new Float64Array(capacity))
  table.titleLengths = grown(table.titleLengths, new Uint8Array(capacity))
  table.bodyLengths = grown(table.bodyLengths, new Uint16Array(capacity))
  table.datedAt = grown(table.datedAt, new Float64Array(capacity))
  table.flags = grown(table.flags, new Uint8Array(capacity))
  table.categories = grown(table.categories, new Uint16Array(capacity * CATEGORIES_KEPT))
}

function grown<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
