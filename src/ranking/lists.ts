import { sql, type Kysely, type RawBuilder, type Selectable } from 'kysely'
import type { Database } from '../db/schema.ts'
import { wholePages } from '../db/whole-pages.ts'
import { categoriesOf } from '../papers/categories.ts'
import { toPaper } from '../papers/find.ts'
import type { Paper } from '../papers/paper.ts'
import { IS_LISTED } from '../papers/visibility.ts'
import { printedOn } from './count-papers.ts'
import { BY_RANK, ORDERS, POINTS, type Cursor, type Order, type PaperList } from './list-orders.ts'

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
  const { rows } = await sql<Selectable<Database['papers']>>`
    select p.* from ${selection(list, { beyond, limit: limit + 1 })}
    order by ${descending(order)} limit ${limit + 1}
  `.execute(db)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { papers: shown.map(toPaper), next: rows.length > limit && last ? order.read(last) : null }
}

/**
 * A whole list page by page, up to `limit` papers. What rises or falls in the list meanwhile may be missing, or come
 * twice.
 */
export function wholeList(
  db: Kysely<Database>,
  { list, limit }: { list: PaperList; limit?: number | undefined },
): AsyncGenerator<Paper[]> {
  return wholePages<Paper, Cursor>((page) => listPapers(db, { list, ...page }), { limit })
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
            select ${sql.raw(POINTS)} as points, p.heat, p.dated_at, p.id from papers p
            where p.edition = ${list.from}::date + day and ${IS_LISTED} ${beyond}
            order by ${descending(BY_RANK)} limit ${limit}
          ) as first order by first.points desc, first.heat desc, first.dated_at desc, first.id desc limit ${limit}
        ) k join papers p on p.id = k.id`
    case 'new':
      return sql`papers p where ${IS_LISTED} ${beyond}`
    case 'trending':
      return sql`papers p where p.heat > '-Infinity' and ${IS_LISTED} ${beyond}`
    case 'top':
      return sql`papers p where p.attention > 0 and ${IS_LISTED}
        ${list.from === null ? sql`` : sql`and p.edition >= ${list.from}::date`}
        ${list.to === null ? sql`` : sql`and p.edition <= ${list.to}::date`} ${beyond}`
    case 'topic': {
      const categories = categoriesOf(list.category)
      // A paper may have both categories of one topic.
      if (categories.length > 1) {
        return sql`(
            select distinct k.dated_at, k.paper_id from paper_categories k
            where k.category in (${sql.join(categories)}) ${beyond} order by k.dated_at desc, k.paper_id desc
          ) k join papers p on p.id = k.paper_id where ${IS_LISTED}`
      }
      return sql`paper_categories k join papers p on p.id = k.paper_id where k.category = ${list.category} and ${IS_LISTED} ${beyond}`
    }
    // A name that stands twice on a paper (two people) still lists it once. In the order of the index, as far as it takes.
    case 'name':
    case 'orcid':
      return sql`(
          select distinct k.dated_at, k.paper_id from paper_authors k where ${printedOn(list)} ${beyond}
          order by k.dated_at desc, k.paper_id desc
        ) k join papers p on p.id = k.paper_id where ${IS_LISTED}`
  }
}
