import { sql, type Kysely, type Selectable } from 'kysely'
import { z } from 'zod'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { wholePages } from '../db/whole-pages.ts'
import { toPaper } from '../papers/find.ts'
import { holdForReader } from '../papers/hold.ts'
import type { Paper } from '../papers/paper.ts'
import { IS_LISTED } from '../papers/visibility.ts'
import { INSTANT, PAPER_NUMBER, readCursor } from '../db/cursor.ts'

/** A paper on a reader's reading list. */
export type SavedPaper = {
  paper: Paper
  addedAt: Date
  /** When they read it. */
  readAt: Date | null
}

/** How many papers a reading list can have. */
export const MOST_SAVED = 5_000

export type SaveOutcome = { ok: true } | { ok: false; kind: 'no-paper' | 'full' }

/** Adds a paper to a reader's list; if it is already there, nothing changes. `full` if the list has 5,000 papers. */
export async function savePaper(
  db: Kysely<Database>,
  { readerId, paperId, now }: { readerId: string; paperId: number; now: Date },
): Promise<SaveOutcome> {
  return inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId, paperId, lock: 'key share' })
    if (!paper || paper.hidden) return { ok: false, kind: 'no-paper' }
    const { rows } = await sql<{ saved: boolean; full: boolean }>`
      with list as (select count(*) >= ${MOST_SAVED} as full from reading_list where reader_id = ${readerId}),
        added as (
          insert into reading_list (reader_id, paper_id, added_at)
          select ${readerId}, ${paper.id}, ${now} from list where not list.full
          on conflict do nothing
        )
      select list.full,
        exists (select from reading_list where (reader_id, paper_id) = (${readerId}, ${paper.id})) as saved
      from list`.execute(trx)
    return rows[0]?.full && !rows[0].saved ? { ok: false, kind: 'full' } : { ok: true }
  })
}

/** Removes a paper from a reader's list; if it is not there, nothing changes. */
export async function unsavePaper(
  db: Kysely<Database>,
  { readerId, paperId }: { readerId: string; paperId: number },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId, paperId, lock: 'key share' })
    if (!paper) return
    await trx
      .deleteFrom('reading_list')
      .where('reader_id', '=', readerId)
      .where('paper_id', '=', paper.id)
      .execute()
  })
}

/** Marks a paper on a reader's list as read or unread; returns whether it is on the list. */
export async function markRead(
  db: Kysely<Database>,
  { readerId, paperId, read, now }: { readerId: string; paperId: number; read: boolean; now: Date },
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId, paperId, lock: 'key share' })
    if (!paper) return false
    const { numUpdatedRows } = await trx
      .updateTable('reading_list')
      // What was read before stays where it stands.
      .set((eb) => ({ read_at: read ? eb.fn.coalesce('read_at', eb.val(now)) : null }))
      .where('reader_id', '=', readerId)
      .where('paper_id', '=', paper.id)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  })
}

/** Where a page ends: whether its last paper was unread (1) or read (0), since when, and its number. */
export type ReadingCursor = [unread: 0 | 1, since: string, paperId: number]

const CURSOR: z.ZodType<ReadingCursor> = z.tuple([
  z.union([z.literal(0), z.literal(1)]),
  INSTANT,
  PAPER_NUMBER,
])

/** The cursor in an address, or null if it is not one. */
export function parseReadingCursor(text: string): ReadingCursor | null {
  return readCursor(CURSOR, text)
}

/** A reader's list: unread papers, last saved first; then read ones, last read first. Without hidden papers. */
export async function readingList(
  db: Kysely<Database>,
  { readerId, after = null, limit }: { readerId: string; after?: ReadingCursor | null; limit: number },
): Promise<{ papers: SavedPaper[]; next: ReadingCursor | null }> {
  const key = sql`(l.read_at is null)::int, coalesce(l.read_at, l.added_at), l.paper_id`
  const beyond = after
    ? sql`and (${key}) < (${after[0]}::int, ${after[1]}::timestamptz, ${after[2]}::bigint)`
    : sql``
  const { rows } = await sql<Selectable<Database['papers']> & { added_at: Date; read_at: Date | null }>`
    select p.*, l.added_at, l.read_at
    from reading_list l join papers p on p.id = l.paper_id
    where l.reader_id = ${readerId} and ${IS_LISTED} ${beyond}
    order by (l.read_at is null)::int desc, coalesce(l.read_at, l.added_at) desc, l.paper_id desc
    limit ${limit + 1}`.execute(db)
  const papers = rows
    .slice(0, limit)
    .map((row) => ({ paper: toPaper(row), addedAt: row.added_at, readAt: row.read_at }))
  const last = papers.at(-1)
  if (rows.length <= limit || !last) return { papers, next: null }
  const since = (last.readAt ?? last.addedAt).toISOString()
  return { papers, next: [last.readAt === null ? 1 : 0, since, last.paper.id] }
}

/** All of it in the same order, page by page, up to `limit` papers. */
export async function* wholeReadingList(
  db: Kysely<Database>,
  { readerId, limit }: { readerId: string; limit?: number | undefined },
): AsyncGenerator<Paper[]> {
  const pages = wholePages<SavedPaper, ReadingCursor>((page) => readingList(db, { readerId, ...page }), {
    limit,
  })
  for await (const saved of pages) yield saved.map(({ paper }) => paper)
}

/** How many papers on a reader's list are unread, and read. */
export async function countReadingList(
  db: Kysely<Database>,
  { readerId }: { readerId: string },
): Promise<{ unread: number; read: number }> {
  const { rows } = await sql<{ unread: number; read: number }>`
    select count(*) filter (where l.read_at is null) as unread, count(l.read_at) as read
    from reading_list l join papers p on p.id = l.paper_id
    where l.reader_id = ${readerId} and ${IS_LISTED}`.execute(db)
  return rows[0] ?? { unread: 0, read: 0 }
}
