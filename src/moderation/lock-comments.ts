import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { holdPaper } from '../papers/hold.ts'
import { asCurator } from './as-curator.ts'
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
  return asCurator(db, { curatorId }, async (trx) => {
    const paper = await holdPaper(trx, { paperId, lock: 'no key update' })
    if (!paper) return GONE
    if (paper.locked === locked) return { ok: true, changed: false }
    await trx.updateTable('papers').set({ comments_locked: locked }).where('id', '=', paper.id).execute()
    const act = locked ? 'lock-comments' : 'unlock-comments'
    await logAct(trx, { act, on: paperSubject(paper), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}
