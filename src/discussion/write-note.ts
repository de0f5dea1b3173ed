import type { Transaction } from 'kysely'
import { toReader } from '../accounts/reader.ts'
import type { Database } from '../db/schema.ts'
import { writeComment } from './comments.ts'

/**
 * What a reader (null once the account is gone) wrote with a submission becomes their comment on the paper, if they may
 * still comment, in the caller's transaction, which holds them.
 */
export async function writeNote(
  trx: Transaction<Database>,
  {
    paperId,
    readerId,
    note,
    curators,
    now,
  }: { paperId: number; readerId: string | null; note: string; curators: ReadonlySet<string>; now: Date },
): Promise<void> {
  if (note === '' || readerId === null) return
  const row = await trx.selectFrom('readers').selectAll().where('id', '=', readerId).executeTakeFirst()
  const reader = row && toReader(row, { curators, now })
  if (reader && !reader.suspended)
    await writeComment(trx, { paperId, parentId: null, reader, body: note, now })
}
