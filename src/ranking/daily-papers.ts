import { sql, type Kysely, type Selectable } from 'kysely'
import type { Database } from '../db/schema.ts'
import { toPaper } from '../papers/find.ts'
import type { Paper } from '../papers/paper.ts'
import { IS_LISTED } from '../papers/visibility.ts'
import { BY_RANK } from './list-orders.ts'

/** In which order: newest edition first and ranked within each, by when they came out, or the hottest first. */
export type DailySort = 'edition' | 'publishedAt' | 'trending'

/** Whose papers: those that a curator of this name picked, or those that nobody did. */
export type Submitter = { curator: string } | 'nobody'

/**
 * Papers of the editions from one day to another (`from` may be open), for clients that page by
 * number: at most `limit` after the first `offset`.
 */
export async function dailyPapers(
  db: Kysely<Database>,
  {
    from,
    to,
    sort,
    submitter = null,
    hotOnly = false,
    offset,
    limit,
  }: {
    from: string | null
    to: string
    sort: DailySort
    submitter?: Submitter | null
    /** Without those that nothing has drawn attention to; of all editions, the hottest first never has them. */
    hotOnly?: boolean
    offset: number
    limit: number
  },
): Promise<Paper[]> {
  const { rows } = await sql<Selectable<Database['papers']>>`
    select p.* from papers p
    where p.edition <= ${to}::date ${from === null ? sql`` : sql`and p.edition >= ${from}::date`} and ${IS_LISTED}
      ${submitter === null ? sql`` : broughtBy(submitter)}
      ${sort === 'trending' && (hotOnly || from === null) ? sql`and p.heat > '-Infinity'` : sql``}
    order by ${sql.raw(ORDERS[sort])} limit ${limit} offset ${offset}`.execute(db)
  return rows.map(toPaper)
}

function broughtBy(submitter: Submitter) {
  return submitter === 'nobody'
    ? sql`and p.pick_count = 0`
    : sql`and p.pick_count > 0 and exists (select from picks k join readers r on r.id = k.curator_id
        where k.paper_id = p.id and r.name = ${submitter.curator})`
}

const ORDERS: Record<DailySort, string> = {
  edition: `p.edition desc, ${BY_RANK.columns.map((column) => `${column} desc`).join(', ')}`,
  publishedAt: 'p.dated_at desc, p.id desc',
  trending: 'p.heat desc, p.id desc',
}
