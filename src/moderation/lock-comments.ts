import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { holdPaper } from '../papers/hold.ts'
import { asCurator } from './as-curator.ts'
import { NO_LONGER_HERE, logAct, type Decision, type ActOutcome } from './moderation-log.ts'
import { paperSubject } from './subjects.ts'

/** Closes the discussion of a paper: its comments stay, and none can be added. */
export async function lockComments(
  db: Kysely<Database>,
  options: { paperId: number } & Decision,
): Promise<ActOutcome> {
  return setLocked(db, { ...options, locked: true })
}

/** Reopens the discussion of a paper. */
export async function unlockComments(
  db: Kysely<Database>,
  options: { paperId: number } & Decision,
): Promise<ActOutcome> {
  return setLocked(db, { ...options, locked: false })
}

async function setLocked(
  db: Kysely<Database>,
  { paperId, locked, curatorId, reason, now }: { paperId: number; locked: boolean } & Decision,
): Promise<ActOutcome> {
  return asCurator(db, { curatorId }, async (trx) => {
    const paper = await holdPaper(trx, { paperId, lock: 'no key update' })
    if (!paper) return NO_LONGER_HERE
    if (paper.locked === locked) return { ok: true, changed: false }
    await trx.updateTable('papers').set({ comments_locked: locked }).where('id', '=', paper.id).execute()
    const act = locked ? 'lock-comments' : 'unlock-comments'
    await logAct(trx, { act, on: paperSubject(paper), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}
