import { sql, type Kysely, type RawBuilder } from 'kysely'
import { LOCKS } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { IS_LISTED } from './visibility.ts'

/** Microseconds in a second: stamps are in microseconds, and harvesters ask by the second. */
export const SECOND = 1_000_000

/** Papers that harvesters can ask for together. */
export type OaiSet =
  | { kind: 'topics' }
  | { kind: 'topic'; category: string }
  | { kind: 'editions' }
  | { kind: 'edition'; day: string }

/** What a harvester is told of a paper before its metadata. */
export type OaiRecord = {
  paperId: number
  uuid: string
  /** When it last changed, came, or went, in microseconds since 1970 by the database's clock. */
  stamp: number
  /** As they are, or were when it went. */
  edition: string | null
  categories: string[]
  /** Whether it has, or had, an arXiv identifier. */
  onArxiv: boolean
  /** Hidden, merged into another one, or removed. */
  deleted: boolean
  /** About how many bytes its metadata takes in the database. */
  bytes: number
}

/** Where a list goes on: after the record of this stamp and number. */
export type OaiPlace = { stamp: number; paperId: number }

/** Which records a list has: stamped from `from` up to before `before`, in microseconds. */
export type OaiSelection = {
  from: number | null
  before: number | null
  set: OaiSet | null
  onArxiv: boolean
}

/**
 * The database's clock in seconds since 1970, once all that was stamped before is there to be read: whatever is not yet will
 * have a stamp of this second or a later one. Who harvests from this second on misses nothing.
 */
export async function harvestClock(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ now: number }>`
    select floor(extract(epoch from statement_timestamp()))::bigint as now
    from (select pg_advisory_xact_lock_shared(${sql.lit(LOCKS.stamping)})) waited
  `.execute(db)
  return rows[0]?.now ?? 0
}

/** The records of a selection after a place, in the order in which they were stamped, which is the one of their commits. */
export async function oaiRecords(
  db: Kysely<Database>,
  { after, limit, ...selection }: OaiSelection & { after: OaiPlace | null; limit: number },
): Promise<OaiRecord[]> {
  const { place, where } = selected(selection)
  const beyond =
    after === null ? sql`` : sql`and (${place}.stamp, ${place}.paper_id) > (${after.stamp}, ${after.paperId})`
  const { rows } = await sql<OaiRecord>`
    select ${COLUMNS} from (
      select r.* from ${tables(selection.set)} where ${where} ${beyond}
      order by ${place}.stamp, ${place}.paper_id limit ${limit}
    ) r left join papers p on p.id = r.paper_id
    order by r.stamp, r.paper_id
  `.execute(db)
  return rows
}

/** How many records a selection has. */
export async function countOaiRecords(db: Kysely<Database>, selection: OaiSelection): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${tables(selection.set)} where ${selected(selection).where}
  `.execute(db)
  return rows[0]?.count ?? 0
}

/** The record of a paper by its UUID, or null when there never was one. */
export async function oaiRecord(db: Kysely<Database>, uuid: string): Promise<OaiRecord | null> {
  const { rows } = await sql<OaiRecord>`
    select ${COLUMNS} from oai_records r left join papers p on p.id = r.paper_id where r.uuid = ${uuid}
  `.execute(db)
  return rows[0] ?? null
}

/** The stamp before which there is none, now or later; null when there are no records. */
export async function earliestStamp(db: Kysely<Database>): Promise<number | null> {
  const { rows } = await sql<{ stamp: number | null }>`select min(stamp) as stamp from oai_records`.execute(
    db,
  )
  return rows[0]?.stamp ?? null
}

/** Topics that papers are or were in, in order of their names, after `after`. */
export async function oaiTopics(
  db: Kysely<Database>,
  { after, limit }: { after: string; limit: number },
): Promise<string[]> {
  const rows = await db
    .selectFrom('topic_counts')
    .select('category')
    .where('category', '>', after)
    .orderBy('category')
    .limit(limit)
    .execute()
  return rows.map(({ category }) => category)
}

/** Days whose editions have or had papers, in their order, after `after` or from the first. */
export async function oaiEditions(
  db: Kysely<Database>,
  { after, limit }: { after: string | null; limit: number },
): Promise<string[]> {
  const rows = await db
    .selectFrom('edition_counts')
    .select('edition')
    .distinct()
    .$if(after !== null, (query) => query.where('edition', '>', after ?? ''))
    .orderBy('edition')
    .limit(limit)
    .execute()
  return rows.map(({ edition }) => edition)
}

const COLUMNS = sql`r.paper_id as "paperId", r.uuid, r.stamp, r.edition, r.categories, r.on_arxiv as "onArxiv",
  (${IS_LISTED}) is not true as deleted,
  coalesce(pg_column_size(p.authors), 0) + coalesce(pg_column_size(p.abstract), 0) as bytes`

/** Topics have a table of their own: a record is in many of them. */
function tables(set: OaiSet | null): RawBuilder<unknown> {
  return set?.kind === 'topic' ? sql`oai_topics t join oai_records r using (paper_id)` : sql`oai_records r`
}

function selected({ from, before, set, onArxiv }: OaiSelection): {
  place: RawBuilder<unknown>
  where: RawBuilder<unknown>
} {
  const place = set?.kind === 'topic' ? sql`t` : sql`r`
  const conditions = [
    ...(from === null ? [] : [sql`${place}.stamp >= ${from}`]),
    ...(before === null ? [] : [sql`${place}.stamp < ${before}`]),
    ...(onArxiv ? [sql`r.on_arxiv`] : []),
    ...(set === null ? [] : [isIn(set)]),
  ]
  return { place, where: conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `) }
}

function isIn(set: OaiSet): RawBuilder<unknown> {
  switch (set.kind) {
    case 'topics':
      return sql`r.categories <> '{}'`
    case 'topic':
      return sql`t.category = ${set.category}`
    case 'editions':
      return sql`r.edition is not null`
    case 'edition':
      return sql`r.edition = ${set.day}`
  }
}
