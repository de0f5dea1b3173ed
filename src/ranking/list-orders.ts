import type { Selectable } from 'kysely'
import { z } from 'zod'
import { INSTANT, readCursor } from '../db/cursor.ts'
import type { Database } from '../db/schema.ts'

/** A list of papers, each with one order that is the same wherever it is shown. */
export type PaperList =
  /** The papers of the editions from one day to another: by all they ever drew, then heat, then newest. */
  | { kind: 'editions'; from: string; to: string }
  /** All papers, newest first. */
  | { kind: 'new' }
  /** The papers that drew attention, hottest first. */
  | { kind: 'trending' }
  /** The papers that drew attention, by all they ever drew; those of the editions from one day to another. */
  | { kind: 'top'; from: string | null; to: string | null }
  /** The papers of a category, newest first. */
  | { kind: 'topic'; category: string }
  /** The papers on which a name stands (as `nameKey`), newest first. */
  | { kind: 'name'; nameKey: string }
  /** The papers of the person who has an ORCID, newest first. */
  | { kind: 'orcid'; orcid: string }

/** Where a page ends: the sort key of its last paper. Pages are cut by it, so that arriving papers shift nothing. */
export type Cursor = (number | string)[]

type Row = Selectable<Database['papers']>

/** Sort keys, all descending; the last is unique. `read` gives them as JSON that PostgreSQL reads back exactly. */
export type Order = { columns: string[]; types: string[]; read: (row: Row) => Cursor }

/**
 * The sum of the weights of all that drew attention to a paper, in millionths: what adding in another order changes is
 * far less, so that equal sums are equal, and heat decides. The index `papers_edition` has the same expression.
 */
export const POINTS = 'floor(p.attention * 1000000 + 0.5)'
function pointsOf(attention: number): number {
  return Math.floor(attention * 1_000_000 + 0.5)
}

export const BY_RANK: Order = {
  columns: [POINTS, 'p.heat', 'p.dated_at', 'p.id'],
  types: ['double precision', 'double precision', 'timestamptz', 'bigint'],
  read: (row) => [String(pointsOf(row.attention)), String(row.heat), row.dated_at.toISOString(), row.id],
}
const BY_TIME: Order = {
  columns: ['p.dated_at', 'p.id'],
  types: ['timestamptz', 'bigint'],
  read: (row) => [row.dated_at.toISOString(), row.id],
}
export const ORDERS: Record<PaperList['kind'], Order> = {
  editions: BY_RANK,
  new: BY_TIME,
  trending: {
    columns: ['p.heat', 'p.id'],
    types: ['double precision', 'bigint'],
    read: (row) => [String(row.heat), row.id],
  },
  top: {
    columns: ['p.attention', 'p.id'],
    types: ['double precision', 'bigint'],
    read: (row) => [String(row.attention), row.id],
  },
  topic: { ...BY_TIME, columns: ['k.dated_at', 'k.paper_id'] },
  name: { ...BY_TIME, columns: ['k.dated_at', 'k.paper_id'] },
  orcid: { ...BY_TIME, columns: ['k.dated_at', 'k.paper_id'] },
}

const number = z.number().int().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER)
// As `read` writes it: what PostgreSQL could not hold (1e-999) is written otherwise.
const double = z.string().refine((text) => text === '-Infinity' || isFiniteNumber(text))
const KEY_SHAPES: Record<string, z.ZodType<number | string>> = {
  bigint: number,
  'double precision': double,
  timestamptz: INSTANT,
}

function isFiniteNumber(text: string): boolean {
  return Number.isFinite(Number(text)) && String(Number(text)) === text
}

/** Where pages of editions ended while these were in the order of votes alone (tenths, as a number). */
const FORMER_EDITION_KEY = z.tuple([number, double, INSTANT, number])

/** Whether an address leads to a later page in an order that this list once had: that page is no more. */
export function isFormerCursor(kind: PaperList['kind'], text: string): boolean {
  return kind === 'editions' && readCursor(FORMER_EDITION_KEY, text) !== null
}

/** The sort key that stands in an address of this list, or null when there is none such. */
export function parseCursor(kind: PaperList['kind'], text: string): Cursor | null {
  const shapes = ORDERS[kind].types.map((type) => KEY_SHAPES[type])
  const key = readCursor(z.array(z.union([z.number(), z.string()])).length(shapes.length), text)
  return key?.every((value, i) => shapes[i]?.safeParse(value).success) ? key : null
}
