import { randomUUID } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { holdPaperOf } from '../papers/hold.ts'
import { countComments } from '../ranking/comment-count.ts'
import { WEIGHTS } from '../ranking/heat.ts'
import { recordSignals, takeBackSignals } from '../ranking/signals.ts'
import { asCurator } from './as-curator.ts'
import { findComment } from './flagged.ts'
import { GONE, logAct, type Acting, type ActOutcome } from './moderation-log.ts'
import { settleFlags } from './settle-flags.ts'
import { commentSubject } from './subjects.ts'

type Comment = NonNullable<Awaited<ReturnType<typeof findComment>>>

/** Takes a comment out of sight: it neither shows nor counts nor heats its paper. */
export async function hideComment(
  db: Kysely<Database>,
  { commentId, curatorId, reason, now }: { commentId: number } & Acting,
): Promise<ActOutcome> {
  return asCurator(db, { curatorId }, async (trx) => {
    const comment = await holdComment(trx, commentId)
    if (!comment) return GONE
    const settled = await settleFlags(trx, { on: { kind: 'comment', id: commentId }, curatorId, now })
    if (comment.hiddenAt !== null && settled === 0) return { ok: true, changed: false }
    if (comment.hiddenAt === null) await putAway(trx, { comment, now })
    await logAct(trx, { act: 'hide-comment', on: commentSubject(comment), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}

/** Shows a comment that was hidden again; it heats its paper from when it was written, as it did. */
export async function showComment(
  db: Kysely<Database>,
  { commentId, curatorId, reason, now }: { commentId: number } & Acting,
): Promise<ActOutcome> {
  return asCurator(db, { curatorId }, async (trx) => {
    const comment = await holdComment(trx, commentId)
    if (!comment) return GONE
    const settled = await settleFlags(trx, { on: { kind: 'comment', id: commentId }, curatorId, now })
    if (comment.hiddenAt === null && settled === 0) return { ok: true, changed: false }
    if (comment.hiddenAt !== null) await bringBack(trx, { comment, now })
    await logAct(trx, { act: 'show-comment', on: commentSubject(comment), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}

/**
 * A comment as nobody changes it until the transaction ends; null when it is not there. Its paper is held first, as
 * whoever adds and takes back events of a paper does.
 */
export async function holdComment(trx: Transaction<Database>, commentId: number): Promise<Comment | null> {
  await holdPaperOf(trx, { commentId })
  await trx.selectFrom('comments').select('id').where('id', '=', commentId).forUpdate().execute()
  return (await findComment(trx, commentId)) ?? null
}

/** Hides a comment that is held. Its event is remembered: once shown again, it may count again. */
export async function putAway(
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

async function bringBack(
  trx: Transaction<Database>,
  { comment, now }: { comment: Comment; now: Date },
): Promise<void> {
  await trx.updateTable('comments').set({ hidden_at: null }).where('id', '=', comment.id).execute()
  if (comment.event !== null && comment.deletedAt === null) {
    // Only one comment of a reader heats a paper: meanwhile that may be another one.
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
    // It weighs what it did: who wrote it may have been new then.
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
