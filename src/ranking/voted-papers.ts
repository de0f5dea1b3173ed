import { sql, type Kysely, type Selectable } from 'kysely'
import { z } from 'zod'
import { INSTANT, PAPER_NUMBER, readCursor } from '../db/cursor.ts'
import type { Database } from '../db/schema.ts'
import { toPaper } from '../papers/find.ts'
import type { Paper } from '../papers/paper.ts'
import { IS_LISTED } from '../papers/visibility.ts'

/** Where a page ends: when its last vote was cast, and the number of its paper. */
export type VotesCursor = [votedAt: string, paperId: number]

const CURSOR: z.ZodType<VotesCursor> = z.tuple([INSTANT, PAPER_NUMBER])

/** The cursor in an address, or null if it is not one. */
export function parseVotesCursor(text: string): VotesCursor | null {
  return readCursor(CURSOR, text)
}

/** The papers a reader voted for, the last first, without hidden papers. */
export async function votedPapers(
  db: Kysely<Database>,
  { readerId, after = null, limit }: { readerId: string; after?: VotesCursor | null; limit: number },
): Promise<{ votes: { paper: Paper; votedAt: Date }[]; next: VotesCursor | null }> {
  const beyond = after
    ? sql`and (v.voted_at, v.paper_id) < (${after[0]}::timestamptz, ${after[1]}::bigint)`
    : sql``
  const { rows } = await sql<Selectable<Database['papers']> & { voted_at: Date }>`
    select p.*, v.voted_at
    from votes v join papers p on p.id = v.paper_id
    where v.reader_id = ${readerId} and ${IS_LISTED} ${beyond}
    order by v.voted_at desc, v.paper_id desc limit ${limit + 1}`.execute(db)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    votes: shown.map((row) => ({ paper: toPaper(row), votedAt: row.voted_at })),
    next: rows.length > limit && last ? [last.voted_at.toISOString(), last.id] : null,
  }
}
