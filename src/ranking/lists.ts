import { sql, type Kysely, type RawBuilder, type Selectable } from 'kysely'
import { z } from 'zod'
import type { Database } from '../db/schema.ts'
import { toPaper } from '../papers/find.ts'
import type { Paper } from '../papers/paper.ts'

/** A list of papers, each with one order that is the same wherever it is shown. */
export type PaperList =
  /** The papers of the editions from one day to another: most votes first (as they weigh), then heat, then newest. */
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
type Order = { columns: string[]; types: string[]; read: (row: Row) => Cursor }

const BY_RANK: Order = {
  columns: ['p.vote_points', 'p.heat', 'p.dated_at', 'p.id'],
  types: ['integer', 'double precision', 'timestamptz', 'bigint'],
  read: (row) => [row.vote_points, String(row.heat), row.dated_at.toISOString(), row.id],
}
const BY_TIME: Order = {
  columns: ['p.dated_at', 'p.id'],
  types: ['timestamptz', 'bigint'],
  read: (row) => [row.dated_at.toISOString(), row.id],
}
const ORDERS: Record<PaperList['kind'], Order> = {
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

/** `next` is where the following page begins, null on the last. */
export type ListPage = { papers: Paper[]; next: Cursor | null }

/** One page of a list: at most `limit` papers, after `after` where given. One query that walks an index. */
export async function listPapers(
  db: Kysely<Database>,
  { list, after, limit }: { list: PaperList; after?: Cursor | null; limit: number },
): Promise<ListPage> {
  const order = ORDERS[list.kind]
  const columns = sql.join(order.columns.map((column) => sql.raw(column)))
  const beyond = after
    ? sql`and (${columns}) < (${sql.join(after.map((value, i) => sql`${value}::${sql.raw(order.types[i] ?? 'text')}`))})`
    : sql``
  const { rows } = await sql<Row>`
    select p.* from ${selection(list, { beyond, limit: limit + 1 })}
    order by ${descending(order)} limit ${limit + 1}
  `.execute(db)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { papers: shown.map(toPaper), next: rows.length > limit && last ? order.read(last) : null }
}

/** The numbers of the papers that are hot now, or were most of all time: the first `limit` of those that drew attention. */
export async function rankedIds(db: Kysely<Database>, by: 'hot' | 'top', limit: number): Promise<number[]> {
  const list: PaperList = by === 'hot' ? { kind: 'trending' } : { kind: 'top', from: null, to: null }
  const { rows } = await sql<{ id: number }>`
    select p.id from ${selection(list, { beyond: sql``, limit })}
    order by ${descending(ORDERS[list.kind])} limit ${limit}
  `.execute(db)
  return rows.map(({ id }) => id)
}

function descending({ columns }: Order): RawBuilder<unknown> {
  return sql.join(columns.map((column) => sql.raw(`${column} desc`)))
}

/** The lists that say how long they are. */
export type CountedList = Extract<PaperList, { kind: 'editions' | 'topic' | 'name' | 'orcid' }>

/** How many papers a list has: as the database keeps it, or out of an index that holds little else. */
export async function countPapers(db: Kysely<Database>, list: CountedList): Promise<number> {
  const { rows } = await sql<{ n: number }>`select ${counted(list)} as n`.execute(db)
  return rows[0]?.n ?? 0
}

function counted(list: CountedList): RawBuilder<unknown> {
  switch (list.kind) {
    case 'editions':
      return sql`(select coalesce(sum(papers), 0) from edition_counts where edition between ${list.from}::date and ${list.to}::date)`
    case 'topic':
      return sql`coalesce((select papers from topic_counts where category = ${list.category}), 0)`
    case 'name':
    case 'orcid': {
      const stands = printedOn(list)
      return sql`(select count(*) from (select distinct dated_at, paper_id from paper_authors k where ${stands}) as all_of_them)
        - (select count(*) from papers p where hidden and exists (select from paper_authors k where k.paper_id = p.id and ${stands}))`
    }
  }
}

/** The condition under which an author `k` of a paper is meant. */
function printedOn(list: Extract<PaperList, { kind: 'name' | 'orcid' }>): RawBuilder<unknown> {
  return list.kind === 'name' ? sql`k.name_key = ${list.nameKey}` : sql`k.orcid = ${list.orcid}`
}

/**
 * The tables and the conditions of a list: what stands after `from`. `beyond` is the condition of a later page, and no
 * more than `limit` papers are wanted.
 */
function selection(
  list: PaperList,
  { beyond, limit }: { beyond: RawBuilder<unknown>; limit: number },
): RawBuilder<unknown> {
  switch (list.kind) {
    // The index has the order of each edition: the first of each, and the first of these.
    case 'editions':
      return sql`(
          select first.id from generate_series(0, ${list.to}::date - ${list.from}::date) as day cross join lateral (
            select p.vote_points, p.heat, p.dated_at, p.id from papers p
            where p.edition = ${list.from}::date + day and not p.hidden ${beyond}
            order by ${descending(BY_RANK)} limit ${limit}
          ) as first order by first.vote_points desc, first.heat desc, first.dated_at desc, first.id desc limit ${limit}
        ) k join papers p on p.id = k.id`
    case 'new':
      return sql`papers p where not p.hidden ${beyond}`
    case 'trending':
      return sql`papers p where p.heat > '-Infinity' and not p.hidden ${beyond}`
    case 'top':
      return sql`papers p where p.attention > 0 and not p.hidden
        ${list.from === null ? sql`` : sql`and p.edition >= ${list.from}::date`}
        ${list.to === null ? sql`` : sql`and p.edition <= ${list.to}::date`} ${beyond}`
    case 'topic':
      return sql`paper_categories k join papers p on p.id = k.paper_id where k.category = ${list.category} and not p.hidden ${beyond}`
    // A name that stands twice on a paper (two people) still lists it once. In the order of the index, as far as it takes.
    case 'name':
    case 'orcid':
      return sql`(
          select distinct k.dated_at, k.paper_id from paper_authors k where ${printedOn(list)} ${beyond}
          order by k.dated_at desc, k.paper_id desc
        ) k join papers p on p.id = k.paper_id where not p.hidden`
  }
}

/** A cursor as it stands in an address: base64url of its JSON. */
export function formatCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url')
}

const number = z.number().int().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER)
// As `read` writes it: what PostgreSQL could not hold (1e-999) is written otherwise.
const double = z.string().refine((text) => text === '-Infinity' || isFiniteNumber(text))
const instant = z.iso.datetime({ precision: 3 }).regex(/^(?!0000)\d{4}-/)
const KEY_SHAPES: Record<string, z.ZodType<number | string>> = {
  integer: number.max(2_147_483_647).min(-2_147_483_648),
  bigint: number,
  'double precision': double,
  timestamptz: instant,
}

function isFiniteNumber(text: string): boolean {
  return Number.isFinite(Number(text)) && String(Number(text)) === text
}

/** The cursor that stands in an address of this list, or null when there is none such. */
export function parseCursor(kind: PaperList['kind'], text: string): Cursor | null {
  if (text.length > 400) return null
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return null
  }
  const { types } = ORDERS[kind]
  if (!Array.isArray(value) || value.length !== types.length) return null
  const keys = types.map((type, i) => KEY_SHAPES[type]?.safeParse(value[i]))
  return keys.every((key) => key?.success) ? (value as Cursor) : null
}
