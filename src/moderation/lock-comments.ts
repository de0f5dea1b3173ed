import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { GONE, logAct, type Acting, type ActOutcome } from './moderation-log.ts'
import { paperSubject } from './subjects.ts'

/** Closes the discussion of a paper: what was said stays, and nothing is added. */
export async function lockComments(
  db: Kysely<Database>,
  options: { paperId: number } & Acting,
): Promise<ActOutcome> {
  return setLocked(db, { ...options, locked: true })
}

/** Opens the discussion of a paper again. */
export async function unlockComments(
  db: Kysely<Database>,
  options: { paperId: number } & Acting,
): Promise<ActOutcome> {
  return setLocked(db, { ...options, locked: false })
}

async function setLocked(
  db: Kysely<Database>,
  { paperId, locked, curatorId, reason, now }: { paperId: number; locked: boolean } & Acting,
): Promise<ActOutcome> {
  return inTransaction(db, async (trx) => {
    const paper = await trx
      .selectFrom('papers')
      .select(['title', 'address', 'comments_locked'])
      .where('id', '=', paperId)
      .forUpdate()
      .executeTakeFirst()
    if (!paper) return GONE
    if (paper.comments_locked === locked) return { ok: true, changed: false }
    await trx.updateTable('papers').set({ comments_locked: locked }).where('id', '=', paperId).execute()
    const act = locked ? 'lock-comments' : 'unlock-comments'
    await logAct(trx, { act, on: paperSubject(paper), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}
