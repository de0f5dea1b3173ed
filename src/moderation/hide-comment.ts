import { randomUUID } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { holdPaperOf } from '../papers/hold.ts'
import { countComments } from '../ranking/comment-count.ts'
import { WEIGHTS } from '../ranking/heat.ts'
import { recordSignals, takeBackSignals } from '../ranking/signals.ts'
import { asCurator } from './as-curator.ts'
import { findComment } from './flagged.ts'
import { NO_LONGER_HERE, logAct, type Decision, type ActOutcome } from './moderation-log.ts'
import { resolveFlags } from './resolve-flags.ts'
import { commentSubject } from './subjects.ts'

type Comment = NonNullable<Awaited<ReturnType<typeof findComment>>>

/** Hides a comment: it is not shown, does not count and adds no heat to its paper. */
export async function hideComment(
  db: Kysely<Database>,
  { commentId, curatorId, reason, now }: { commentId: number } & Decision,
): Promise<ActOutcome> {
  return asCurator(db, { curatorId, on: { kind: 'comment', id: commentId } }, async (trx) => {
    const comment = await selectCommentForUpdate(trx, commentId)
    if (!comment) return NO_LONGER_HERE
    const resolved = await resolveFlags(trx, { on: { kind: 'comment', id: commentId }, curatorId, now })
    if (comment.hiddenAt !== null && resolved === 0) return { ok: true, changed: false }
    if (comment.hiddenAt === null) await applyHiding(trx, { comment, now })
    await logAct(trx, { act: 'hide-comment', on: commentSubject(comment), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}

/** Unhides a comment; it adds heat to its paper from when it was written, as before. */
export async function unhideComment(
  db: Kysely<Database>,
  { commentId, curatorId, reason, now }: { commentId: number } & Decision,
): Promise<ActOutcome> {
  return asCurator(db, { curatorId, on: { kind: 'comment', id: commentId } }, async (trx) => {
    const comment = await selectCommentForUpdate(trx, commentId)
    if (!comment) return NO_LONGER_HERE
    const resolved = await resolveFlags(trx, { on: { kind: 'comment', id: commentId }, curatorId, now })
    if (comment.hiddenAt === null && resolved === 0) return { ok: true, changed: false }
    if (comment.hiddenAt !== null) await liftHiding(trx, { comment, now })
    await logAct(trx, { act: 'show-comment', on: commentSubject(comment), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}

/**
 * A comment, locked until the transaction ends; null if there is none. Its paper is locked first, as everything that
 * adds or withdraws events of a paper does.
 */
export async function selectCommentForUpdate(
  trx: Transaction<Database>,
  commentId: number,
): Promise<Comment | null> {
  await holdPaperOf(trx, { commentId })
  await trx.selectFrom('comments').select('id').where('id', '=', commentId).forUpdate().execute()
  return (await findComment(trx, commentId)) ?? null
}

/** Hides a locked comment. Its event is remembered, so that it can count again when unhidden. */
export async function applyHiding(
  trx: Transaction<Database>,
  { comment, now }: { comment: Comment; now: Date },
): Promise<void> {
  await trx.updateTable('comments').set({ hidden_at: now }).where('id', '=', comment.id).execute()
  if (comment.event !== null)
    await takeBackSignals(
      trx,
      [{ paperId: comment.paperId, kind: 'comment', origin: 'reader', originKey: comment.event }],
      { now },
    )
  await countComments(trx, [comment.paperId])
}

async function liftHiding(
  trx: Transaction<Database>,
  { comment, now }: { comment: Comment; now: Date },
): Promise<void> {
  await trx.updateTable('comments').set({ hidden_at: null }).where('id', '=', comment.id).execute()
  if (comment.event !== null && comment.deletedAt === null) {
    // Only one comment of each reader adds heat to a paper, and by now that may be another one.
    const another = await trx
      .selectFrom('comments')
      .select('id')
      .where('paper_id', '=', comment.paperId)
      .where('reader_id', '=', comment.readerId)
      .where('id', '<>', comment.id)
      .where('event', 'is not', null)
      .where('hidden_at', 'is', null)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    const event = another ? null : randomUUID()
    // It keeps its former weight: its writer may have been new at the time.
    const former = await trx
      .selectFrom('signals')
      .select('weight')
      .where('paper_id', '=', comment.paperId)
      .where('kind', '=', 'comment')
      .where('origin', '=', 'reader')
      .where('origin_key', '=', comment.event)
      .executeTakeFirst()
    await trx.updateTable('comments').set({ event }).where('id', '=', comment.id).execute()
    if (event !== null)
      await recordSignals(
        trx,
        [
          {
            paperId: comment.paperId,
            kind: 'comment',
            origin: 'reader',
            originKey: event,
            amount: 1,
            weight: former?.weight ?? WEIGHTS.comment,
            at: comment.writtenAt,
          },
        ],
        { now },
      )
  }
  await countComments(trx, [comment.paperId])
}
