import { sql, type Kysely } from 'kysely'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { readSiteText, writeSiteText } from '../db/site-state.ts'
import { inTransaction } from '../db/transaction.ts'
import { categoriesOf, distinctTopics, topicOf } from '../papers/categories.ts'
import { countPapers } from './count-papers.ts'
import { daysBetween, latestEditionDay, periodOf, type Period } from '../papers/calendar.ts'
import { IS_LISTED } from '../papers/visibility.ts'

/**
 * The newest edition's day, or null when no paper is in any. A paper dated later than what is out (an error at its source)
 * doesn't make the front page, unless there is nothing else.
 */
export async function newestEdition(
  db: Kysely<Database>,
  { now, timeZone }: { now: Date; timeZone: string },
): Promise<string | null> {
  const { rows } = await sql<{ day: string | null }>`
    select coalesce((select max(edition) from papers p where ${IS_LISTED} and edition <= ${latestEditionDay(timeZone, now)}::date),
      (select min(edition) from papers p where ${IS_LISTED})) as day`.execute(db)
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
    select (select max(edition) from papers p where ${IS_LISTED} and edition < ${period.from}::date) as previous,
      (select min(edition) from papers p where ${IS_LISTED} and edition > ${period.to}::date
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

/** How many papers the editions from one day to another have, by day; days without are left out. */
export async function editionsBetween(
  db: Kysely<Database>,
  { from, to }: Pick<Period, 'from' | 'to'>,
): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('edition_counts')
    .select(['edition', (eb) => eb.fn.sum<number>('papers').as('papers')])
    .where('edition', '>=', from)
    .where('edition', '<=', to)
    .groupBy('edition')
    .having((eb) => eb.fn.sum('papers'), '>', 0)
    .orderBy('edition')
    .execute()
  return new Map(rows.map((row) => [row.edition, row.papers]))
}

/** The topics of the primary categories of a period, most papers first. */
export async function topicsOf(
  db: Kysely<Database>,
  period: Period,
  { limit }: { limit: number },
): Promise<TopicCount[]> {
  const { rows } = await sql<TopicCount>`
    select category, sum(papers) as papers from edition_counts
    where edition between ${period.from}::date and ${period.to}::date and category <> ''
    group by category having sum(papers) > 0 order by 2 desc, category`.execute(db)
  const topics = new Map<string, number>()
  for (const { category, papers } of rows)
    topics.set(topicOf(category), (topics.get(topicOf(category)) ?? 0) + papers)
  return Array.from(topics, ([category, papers]) => ({ category, papers }))
    .toSorted((a, b) => b.papers - a.papers)
    .slice(0, limit)
}

/** A topic, and how many papers it has. */
type TopicCount = { category: string; papers: number }

/** All topics that have papers, with how many, by name. */
export async function allTopics(db: Kysely<Database>): Promise<TopicCount[]> {
  const { rows } = await sql<TopicCount>`
    select category, papers from topic_counts where papers > 0 order by category collate "C"`.execute(db)
  const counts = new Map(rows.map(({ category, papers }) => [category, papers]))
  const topics = distinctTopics([...counts.keys()]).toSorted((a, b) => (a < b ? -1 : 1))
  return Promise.all(
    topics.map(async (category) => {
      const named = categoriesOf(category).filter((one) => counts.has(one))
      // A paper that has both categories of a topic is one.
      const papers =
        named.length > 1 ? await countPapers(db, { kind: 'topic', category }) : counts.get(named[0] ?? '')
      return { category, papers: papers ?? 0 }
    }),
  )
}

/** The days whose editions have papers, the newest first. */
export async function listedEditions(db: Kysely<Database>, { limit }: { limit: number }): Promise<string[]> {
  const { rows } = await sql<{ edition: string }>`
    select edition from edition_counts group by edition having sum(papers) > 0 order by edition desc limit ${limit}
  `.execute(db)
  return rows.map(({ edition }) => edition)
}

/** The topic with papers that a text names but for its case (`cs.lg`), or null. */
export async function topicInOtherCase(db: Kysely<Database>, text: string): Promise<string | null> {
  const row = await db
    .selectFrom('topic_counts')
    .select('category')
    .where('papers', '>', 0)
    .where((eb) => eb(eb.fn('lower', ['category']), '=', eb.fn('lower', [eb.val(text)])))
    .orderBy('papers', 'desc')
    .orderBy('category')
    .executeTakeFirst()
  return row ? topicOf(row.category) : null
}

/** The time zone by which this site's editions are dated: as it was last served, or `otherwise` before it ever was. */
export async function editionTimeZone(
  db: Kysely<Database>,
  { otherwise }: { otherwise: string },
): Promise<string> {
  return (await readSiteText(db, 'time_zone')) ?? otherwise
}

/** Dates editions anew after the site's time zone was changed; answers how many papers moved, and remembers the zone. */
export async function redateEditions(
  db: Kysely<Database>,
  { timeZone }: { timeZone: string },
): Promise<number> {
  return inTransaction(db, async (trx) => {
    // Recording dates papers too.
    await lockUntilCommit(trx, 'recording')
    if ((await readSiteText(trx, 'time_zone')) === timeZone) return 0
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
    await writeSiteText(trx, 'time_zone', timeZone)
    return Number(moved.numAffectedRows ?? 0)
  })
}

/** Days that have an edition and how many papers it has, the newest first; `next` is where the page after begins. */
export async function newestEditions(
  db: Kysely<Database>,
  { before, limit, now, timeZone }: { before: string | null; limit: number; now: Date; timeZone: string },
): Promise<{ editions: { day: string; papers: number }[]; next: string | null }> {
  const { rows } = await sql<{ day: string; papers: number }>`
    select edition as day, sum(papers)::int as papers from edition_counts
    where edition <= ${latestEditionDay(timeZone, now)}::date ${before === null ? sql`` : sql`and edition < ${before}::date`}
    group by edition having sum(papers) > 0 order by edition desc limit ${limit + 1}`.execute(db)
  const editions = rows.slice(0, limit)
  return { editions, next: rows.length > limit ? (editions.at(-1)?.day ?? null) : null }
}
