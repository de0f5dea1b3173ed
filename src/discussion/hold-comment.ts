import type { Selectable, Transaction } from 'kysely'
import { holdReaders } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'
import { holdPaperOf, type HeldPaper } from '../papers/hold.ts'

/** Holds a reader who acts, and then a comment with its paper; null when it is not there. Throws `MayNotAct`. */
export async function selectCommentForUpdate(
  trx: Transaction<Database>,
  { commentId, readerId }: { commentId: number; readerId: string },
): Promise<{ comment: Selectable<Database['comments']>; paper: HeldPaper } | null> {
  await holdReaders(trx, { acting: [readerId] })
  const paper = await holdPaperOf(trx, { commentId })
  if (!paper) return null
  const comment = await trx
    .selectFrom('comments')
    .selectAll()
    .where('id', '=', commentId)
    .forUpdate()
    .executeTakeFirst()
  return comment ? { comment, paper } : null
}
