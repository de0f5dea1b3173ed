import { sql, type Kysely } from 'kysely'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { dayIn, daysBetween, periodOf, type Period } from '../papers/calendar.ts'

/**
 * The newest edition's day, or null when no paper is in any. A paper dated in the future (an error at its source)
 * doesn't make the front page, unless there is nothing else.
 */
export async function newestEdition(
  db: Kysely<Database>,
  { now, timeZone }: { now: Date; timeZone: string },
): Promise<string | null> {
  const { rows } = await sql<{ day: string | null }>`
    select coalesce((select max(edition) from papers where not hidden and edition <= ${dayIn(timeZone, now)}::date),
      (select min(edition) from papers where not hidden)) as day`.execute(db)
  return rows[0]?.day ?? null
}

/** The nearest periods before and after that have papers, null where there are none. */
export type Neighbours = { previous: Period | null; next: Period | null }

/**
 * The periods of the same kind that have papers, before and after this one. With `until` (a day), none after it begins: what
 * is dated ahead is not the next edition yet.
 */
export async function neighbours(
  db: Kysely<Database>,
  period: Period,
  { until = null }: { until?: string | null } = {},
): Promise<Neighbours> {
  const { rows } = await sql<{ previous: string | null; next: string | null }>`
    select (select max(edition) from papers where not hidden and edition < ${period.from}::date) as previous,
      (select min(edition) from papers where not hidden and edition > ${period.to}::date
        ${until === null ? sql`` : sql`and edition <= ${until}::date`}) as next`.execute(db)
  const row = rows[0]
  return {
    previous: row?.previous ? periodOf(period.kind, row.previous) : null,
    next: row?.next ? periodOf(period.kind, row.next) : null,
  }
}

/** Of two neighbours, the one fewer days away; the earlier when both are as near. */
export function nearest(period: Period, { previous, next }: Neighbours): Period | null {
  if (!previous || !next) return previous ?? next
  return daysBetween(period.to, next.from) < daysBetween(previous.to, period.from) ? next : previous
}

/** How many papers the editions of a month have, by day; days without are left out. */
export async function editionsOfMonth(db: Kysely<Database>, month: Period): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('edition_counts')
    .select(['edition', (eb) => eb.fn.sum<number>('papers').as('papers')])
    .where('edition', '>=', month.from)
    .where('edition', '<=', month.to)
    .groupBy('edition')
    .having((eb) => eb.fn.sum('papers'), '>', 0)
    .orderBy('edition')
    .execute()
  return new Map(rows.map((row) => [row.edition, row.papers]))
}

/** The primary categories of a period, most papers first. */
export async function topicsOf(
  db: Kysely<Database>,
  period: Period,
  { limit }: { limit: number },
): Promise<{ category: string; papers: number }[]> {
  const { rows } = await sql<{ category: string; papers: number }>`
    select category, sum(papers) as papers from edition_counts
    where edition between ${period.from}::date and ${period.to}::date and category <> ''
    group by category having sum(papers) > 0 order by 2 desc, category limit ${limit}`.execute(db)
  return rows
}

/** All categories that papers have, with how many, by name. */
export async function allTopics(db: Kysely<Database>): Promise<{ category: string; papers: number }[]> {
  const { rows } = await sql<{ category: string; papers: number }>`
    select category, papers from topic_counts where papers > 0 order by category collate "C"`.execute(db)
  return rows
}

/** The time zone by which this site's editions are dated: as it was last served, or `otherwise` before it ever was. */
export async function editionTimeZone(
  db: Kysely<Database>,
  { otherwise }: { otherwise: string },
): Promise<string> {
  const row = await db
    .selectFrom('site_state')
    .select('value')
    .where('name', '=', 'time_zone')
    .executeTakeFirst()
  return typeof row?.value === 'string' ? row.value : otherwise
}

/** Dates editions anew after the site's time zone was changed; answers how many papers moved, and remembers the zone. */
export async function redateEditions(
  db: Kysely<Database>,
  { timeZone }: { timeZone: string },
): Promise<number> {
  return inTransaction(db, async (trx) => {
    // Recording dates papers too.
    await lockUntilCommit(trx, 'recording')
    const { rows } = await sql<{
      value: unknown
    }>`select value from site_state where name = 'time_zone'`.execute(trx)
    if (rows[0]?.value === timeZone) return 0
    // Only instants move: the day of a listing, or of a publication known by its day, is what it is.
    const moved = await sql`
      with moving as (
        select id, day from papers,
          lateral (select ((published->>'value')::timestamptz at time zone ${timeZone})::date as day) d
        where edition_from = 'publication' and published->>'precision' = 'time' and edition <> day
        order by id for no key update of papers
      )
      update papers set edition = day from moving where moving.id = papers.id
    `.execute(trx)
    await sql`insert into site_state (name, value) values ('time_zone', ${JSON.stringify(timeZone)}::jsonb)
      on conflict (name) do update set value = excluded.value`.execute(trx)
    return Number(moved.numAffectedRows ?? 0)
  })
}
