import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { countComments } from '../ranking/comment-count.ts'
import { rememberFirstActs } from '../ranking/first-acts.ts'
import { takeBackSignals } from '../ranking/signals.ts'
import { NO_COMMENT, NOT_OWN, type CommentRefusal } from './comment-refusals.ts'
import { selectCommentForUpdate } from './hold-comment.ts'

export type DeleteOutcome =
  /** Whether an empty comment remains, because others have replied. */
  { ok: true; tombstone: boolean } | CommentRefusal

/**
 * Deletes a reader's own comment and its earlier versions. If others have replied, an empty comment remains; otherwise
 * it disappears, along with empty comments that only it kept. Its event passes to the reader's next comment on the
 * paper.
 */
export async function deleteComment(
  db: Kysely<Database>,
  { commentId, readerId, now }: { commentId: number; readerId: string; now: Date },
): Promise<DeleteOutcome> {
  return inTransaction(db, async (trx) => {
    const held = await selectCommentForUpdate(trx, { commentId, readerId })
    if (!held || held.comment.deleted_at !== null) return NO_COMMENT
    const { comment } = held
    if (comment.reader_id !== readerId) return NOT_OWN
    const { paper_id: paperId, event } = comment
    if (event !== null) await rememberFirstActs(trx, [{ paperId, readerId, kind: 'comment', event }])

    const answer = await trx
      .selectFrom('comments')
      .select('id')
      .where('parent_id', '=', commentId)
      .executeTakeFirst()
    if (answer) await emptyPlace(trx, { commentId, now })
    else await removeEnd(trx, commentId)
    // The email about it quotes it; while it is not sent, it is not sent any more.
    await trx.deleteFrom('outgoing_mail').where('key', '=', `reply ${commentId}`).execute()
    // A hidden comment was already out of the count, and its event withdrawn.
    if (comment.hidden_at === null) {
      await countComments(trx, [paperId])
      if (event !== null) await passOn(trx, { paperId, readerId, event, now })
    }
    return { ok: true, tombstone: answer !== undefined }
  })
}

/** The event of a deleted comment passes to the reader's next comment on the paper, or is withdrawn. */
async function passOn(
  trx: Transaction<Database>,
  { paperId, readerId, event, now }: { paperId: number; readerId: string; event: string; now: Date },
): Promise<void> {
  const { numAffectedRows } = await sql`
    with own as (
      select id, written_at, event from comments
      where (paper_id, reader_id) = (${paperId}, ${readerId}::uuid) and hidden_at is null and deleted_at is null
    )
    update comments set event = ${event}
    where id = (select id from own order by written_at, id limit 1)
      and not exists (select from own where event is not null)`.execute(trx)
  if (!numAffectedRows)
    await takeBackSignals(trx, [{ paperId, kind: 'comment', origin: 'reader', originKey: event }], { now })
}

async function emptyPlace(
  trx: Transaction<Database>,
  { commentId, now }: { commentId: number; now: Date },
): Promise<void> {
  await trx
    .updateTable('comments')
    // Without an owner, as after an account is deleted: whatever removes empty comments finds it.
    .set({ body: '', html: null, event: null, reader_id: null, deleted_at: now })
    .where('id', '=', commentId)
    .execute()
  await trx.deleteFrom('comment_edits').where('comment_id', '=', commentId).execute()
  await trx.deleteFrom('reactions').where('comment_id', '=', commentId).execute()
}

/** Removes a comment without replies, then the empty comments above it that nothing keeps any more. */
async function removeEnd(trx: Transaction<Database>, commentId: number): Promise<void> {
  for (let id: number | null = commentId; id !== null;) {
    const gone: { parent_id: number | null } | undefined = await trx
      .deleteFrom('comments')
      .where('id', '=', id)
      .where((eb) => eb.or([eb('id', '=', commentId), eb('deleted_at', 'is not', null)]))
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('comments as answer')
              .select('answer.id')
              .whereRef('answer.parent_id', '=', 'comments.id'),
          ),
        ),
      )
      .returning('parent_id')
      .executeTakeFirst()
    id = gone?.parent_id ?? null
  }
}
