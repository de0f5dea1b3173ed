import { sql, type Kysely, type RawBuilder } from 'kysely'
import { z } from 'zod'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { INSTANT, PAPER_NUMBER, readCursor } from '../db/cursor.ts'
import { parseListAddress } from '../lists/followed-list.ts'
import { readContent } from './content.ts'
import type { DigestRoom } from './digest-room.ts'
import { EVERY, type Every, type Issue } from './issue.ts'
import { ownListAt, parseMailedList } from './mailed-list.ts'
import { issueMaker } from './make-issue.ts'
import { usualPreferences } from './preferences.ts'
import { nextIssue, type Schedule } from './schedule.ts'

/** The hour at which the archive's issues come out, on the site's clock: before most readers'. */
const ARCHIVE_HOUR = 6

/**
 * The archive is a reader like any other, but with no address: it has a series for the front page, and for each list of the
 * site that somebody subscribes to, every day, week or month. Lists of one person (searches, authors, collections) have
 * none, since they would tell what somebody reads. Begins the series that are missing.
 */
export async function keepArchive(
  { search: { db, timeZone } }: DigestRoom,
  { now }: { now: Date },
): Promise<void> {
  const { rows: missing } = await sql<{ list: string; every: Every }>`
    select list, every from (
      select '/' as list, unnest(${EVERY}::text[]) as every
      union
      select s.list, s.every from subscriptions s join subscribers b on b.id = s.subscriber_id
      where b.email is not null and s.confirmed_at is not null
        and (s.list in ('/papers/new', '/papers/trending', '/papers/top', '/papers/picks') or s.list like '/topics/%')
    ) wanted
    where not exists (select from subscriptions s join subscribers b on b.id = s.subscriber_id
      where b.email is null and s.list = wanted.list and s.every = wanted.every)
    order by list, every limit 100`.execute(db)
  for (const series of missing) await beginSeries(db, { ...series, timeZone, now })
}

async function beginSeries(
  db: Kysely<Database>,
  { list, every, timeZone, now }: { list: string; every: Every; timeZone: string; now: Date },
): Promise<void> {
  const preferences = { ...usualPreferences(every, { timeZone }), hour: ARCHIVE_HOUR }
  const first = firstIssue(preferences, now)
  await inTransaction(db, async (trx) => {
    // Two processes at once must not begin one series twice.
    await sql`lock table subscribers in share row exclusive mode`.execute(trx)
    const { rows } = await sql`
      select from subscriptions s join subscribers b on b.id = s.subscriber_id
      where b.email is null and s.list = ${list} and s.every = ${every}`.execute(trx)
    if (rows.length > 0) return
    const { id } = await trx
      .insertInto('subscribers')
      .values({ email: null, created_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    await trx
      .insertInto('subscriptions')
      .values({
        subscriber_id: id,
        list,
        every,
        hour: preferences.hour,
        time_zone: preferences.timeZone,
        weekdays: preferences.weekdays,
        length: preferences.length,
        created_at: now,
        confirmed_at: now,
        next_at: first.at,
        next_period: first.period,
      })
      .execute()
  })
}

/** Longer than from one issue to the next. */
const LOOK_BACK_MS = 8 * 24 * 3_600_000

/**
 * A daily series begins at once, with the issue that would have come out last, so that there is something to read. What came in
 * an earlier week or month is not known to have been whole: those begin with the next one.
 */
function firstIssue(schedule: Schedule, now: Date): { at: Date; period: string } {
  return schedule.every === 'day' ? { at: now, period: lastPeriod(schedule, now) } : nextIssue(schedule, now)
}

function lastPeriod(schedule: Schedule, now: Date): string {
  let last = nextIssue(schedule, new Date(now.getTime() - LOOK_BACK_MS))
  for (let next = last; next.at <= now; next = nextIssue(schedule, next.at)) last = next
  return last.period
}

/** An issue in the archive: of which list, for which period, and its address. */
export type ArchivedIssue = {
  id: number
  path: string
  list: string
  every: Every
  period: string
  publishedAt: Date
}

export type ArchiveCursor = [publishedAt: string, id: number]
const CURSOR: z.ZodType<ArchiveCursor> = z.tuple([INSTANT, PAPER_NUMBER])

/** The cursor in an address, or null if it is not one. */
export function parseArchiveCursor(text: string): ArchiveCursor | null {
  return readCursor(CURSOR, text)
}

async function newestRows(
  db: Kysely<Database>,
  { list, after, limit }: { list: string | null; after: ArchiveCursor | null; limit: number },
) {
  const { rows } = await sql<Row>`
    select i.id, s.list, s.every, i.period, i.composed_at, i.content
    from digest_issues i join subscriptions s on s.id = i.subscription_id
    where i.state = 'published' ${list === null ? sql`` : sql`and s.list = ${list}`}
      ${after === null ? sql`` : sql`and (i.composed_at, i.id) < (${after[0]}::timestamptz, ${after[1]}::bigint)`}
    order by i.composed_at desc, i.id desc limit ${limit}`.execute(db)
  return rows
}

type Row = { id: number; list: string; every: Every; period: string; composed_at: Date; content: unknown }

function toArchived({ id, list, every, period, composed_at: publishedAt }: Row): ArchivedIssue {
  return { id, path: `${archivePath(list)}/${period}`, list, every, period, publishedAt }
}

/** The address of a series in the archive: `/digests/front-page`, `/digests/trending`, `/digests/topics/cs.CL`. */
export function archivePath(list: string): string {
  return `/digests/${list === '/' ? 'front-page' : list.replace(/^\/(?:papers\/)?/, '')}`
}

/** The list of a series by what stands after `/digests/`, decoded; null where there can be none such. */
export function archivedList(name: string): string | null {
  if (name === 'front-page') return '/'
  if (/^(?:new|trending|top|picks)$/.test(name)) return `/papers/${name}`
  const address = name.startsWith('topics/') ? parseListAddress(`/${name}`, '')?.address : undefined
  return address ?? null
}

/** An issue of the archive as it can be read; null where there is none such. */
export async function readArchived(
  room: DigestRoom,
  { list, period }: { list: string; period: string },
): Promise<ReadIssue | null> {
  return readIssue(room, sql`i.state = 'published' and s.list = ${list} and i.period = ${period}`)
}

/**
 * An issue that was composed for somebody, as it can be read by whoever has its link; null where it was forgotten. `onlyFor`: the
 * address whose reader alone may read it, since it tells what they did: set where it is of their own front page.
 */
export async function readSent(
  room: DigestRoom,
  { id }: { id: number },
): Promise<{ issue: Issue; onlyFor: string | null } | null> {
  const read = await readIssue(room, sql`i.id = ${id}`)
  if (!read || ownListAt(read.archived.list) === null) return read && { issue: read.issue, onlyFor: null }
  const { rows } = await sql<{ email: string | null }>`
    select b.email from digest_issues i join subscriptions s on s.id = i.subscription_id
      join subscribers b on b.id = s.subscriber_id where i.id = ${id}`.execute(room.search.db)
  const email = rows[0]?.email ?? null
  return email === null ? null : { issue: read.issue, onlyFor: email }
}

async function readIssue(room: DigestRoom, condition: RawBuilder<unknown>): Promise<ReadIssue | null> {
  const { rows } = await sql<Row>`
    select i.id, s.list, s.every, i.period, i.composed_at, i.content
    from digest_issues i join subscriptions s on s.id = i.subscription_id where ${condition} limit 1`.execute(
    room.search.db,
  )
  const [row] = rows
  return row ? makeIssue(issueMaker(room), row) : null
}

/** An issue of the archive, and what it says. */
export type ReadIssue = { archived: ArchivedIssue; issue: Issue }

async function makeIssue(make: ReturnType<typeof issueMaker>, row: Row): Promise<ReadIssue | null> {
  const content = readContent(row.content)
  const parsed = parseMailedList(row.list, '')
  if (content === null || parsed === null) return null
  const issue = await make(content, { ...parsed, every: row.every, period: row.period })
  return { archived: toArchived(row), issue }
}

/**
 * The newest issues of the archive as they can be read; of one list where it is given. Those of which nothing can be shown any
 * more are left out.
 */
export async function archivedIssues(
  room: DigestRoom,
  { list, after = null, limit }: { list: string | null; after?: ArchiveCursor | null; limit: number },
): Promise<{ issues: ReadIssue[]; next: ArchiveCursor | null }> {
  const rows = await newestRows(room.search.db, { list, after, limit: limit + 1 })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const make = issueMaker(room)
  const read = await Promise.all(shown.map((row) => makeIssue(make, row)))
  return {
    issues: read.filter((one) => one !== null).filter(({ issue }) => issue.papers.length > 0),
    next: rows.length > limit && last ? [last.composed_at.toISOString(), last.id] : null,
  }
}

/** The issues of the same series before and after one. */
export async function archiveNeighbours(
  db: Kysely<Database>,
  { id, list, every, publishedAt }: ArchivedIssue,
): Promise<{ previous: ArchivedIssue | null; next: ArchivedIssue | null }> {
  const beside = async (way: 'before' | 'after') => {
    const is = sql.raw(way === 'before' ? '<' : '>')
    const order = sql.raw(way === 'before' ? 'desc' : 'asc')
    const { rows } = await sql<Row>`
      select i.id, s.list, s.every, i.period, i.composed_at, null as content
      from digest_issues i join subscriptions s on s.id = i.subscription_id
      where i.state = 'published' and s.list = ${list} and s.every = ${every}
        and (i.composed_at, i.id) ${is} (${publishedAt}::timestamptz, ${id}::bigint)
      order by i.composed_at ${order}, i.id ${order} limit 1`.execute(db)
    return rows[0] ? toArchived(rows[0]) : null
  }
  const [previous, next] = await Promise.all([beside('before'), beside('after')])
  return { previous, next }
}
