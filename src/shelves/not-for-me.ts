import { sql, type Kysely, type Selectable } from 'kysely'
import { z } from 'zod'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { toPaper } from '../papers/find.ts'
import { holdForReader } from '../papers/hold.ts'
import type { Paper } from '../papers/paper.ts'
import { IS_LISTED } from '../papers/visibility.ts'
import { INSTANT, PAPER_NUMBER, readCursor } from '../db/cursor.ts'

/**
 * Marks a paper “Not for me” for a reader, or removes the mark; doing it twice changes nothing more. Returns false if
 * there is no such paper.
 */
export async function setNotForMe(
  db: Kysely<Database>,
  { readerId, paperId, notForMe, now }: { readerId: string; paperId: number; notForMe: boolean; now: Date },
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId, paperId, lock: 'key share' })
    if (!paper) return !notForMe
    const row = { reader_id: readerId, paper_id: paper.id }
    if (notForMe)
      await trx
        .insertInto('not_for_me')
        .values({ ...row, at: now })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    else
      await trx
        .deleteFrom('not_for_me')
        .where('reader_id', '=', row.reader_id)
        .where('paper_id', '=', row.paper_id)
        .execute()
    return true
  })
}

/** Where a page ends: when its last paper was marked, and its number. */
export type NotForMeCursor = [at: string, paperId: number]

const CURSOR: z.ZodType<NotForMeCursor> = z.tuple([INSTANT, PAPER_NUMBER])

/** The cursor in an address, or null if it is not one. */
export function parseNotForMeCursor(text: string): NotForMeCursor | null {
  return readCursor(CURSOR, text)
}

/** The papers a reader marked “Not for me”, most recent first, without hidden papers. */
export async function notForMeList(
  db: Kysely<Database>,
  { readerId, after = null, limit }: { readerId: string; after?: NotForMeCursor | null; limit: number },
): Promise<{ papers: Paper[]; next: NotForMeCursor | null }> {
  const beyond = after ? sql`and (n.at, n.paper_id) < (${after[0]}::timestamptz, ${after[1]}::bigint)` : sql``
  const { rows } = await sql<Selectable<Database['papers']> & { at: Date }>`
    select p.*, n.at
    from not_for_me n join papers p on p.id = n.paper_id
    where n.reader_id = ${readerId} and ${IS_LISTED} ${beyond}
    order by n.at desc, n.paper_id desc limit ${limit + 1}`.execute(db)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    papers: shown.map(toPaper),
    next: rows.length > limit && last ? [last.at.toISOString(), last.id] : null,
  }
}
