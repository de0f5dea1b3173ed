import type { Kysely } from 'kysely'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { paperAddress } from '../papers/identifiers.ts'
import { asCurator } from './as-curator.ts'
import { logAct, type Acting, type ActOutcome } from './moderation-log.ts'
import { paperSubject } from './subjects.ts'
import { acceptSubmission, refuseSubmission, type WriteNote } from './submissions.ts'

const DECIDED: ActOutcome = { ok: true, changed: false }

/** A curator lets a submitted paper in, and what its reader wrote with it onto its page: all of it or nothing. */
export async function takeSubmission(
  db: Kysely<Database>,
  {
    id,
    curatorId,
    reason,
    now,
    timeZone,
    writeNote,
  }: { id: number; timeZone: string; writeNote: WriteNote } & Acting,
): Promise<ActOutcome> {
  return inTransaction(db, async (trx) => {
    await lockUntilCommit(trx, 'recording')
    const accepted = await acceptSubmission(trx, { id, curatorId, now, timeZone, writeNote })
    if (accepted.kind !== 'accepted') return DECIDED
    await logAct(trx, { act: 'accept-submission', on: paperSubject(accepted), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}

/** A curator refuses a submitted paper; who submitted it reads the reason. */
export async function turnDownSubmission(
  db: Kysely<Database>,
  { id, curatorId, reason, now }: { id: number } & Acting,
): Promise<ActOutcome> {
  return asCurator(db, { curatorId }, async (trx) => {
    const refused = await refuseSubmission(trx, { id, curatorId, reason, now })
    if (refused.kind !== 'refused') return DECIDED
    const { subject } = paperSubject({ title: refused.title, address: paperAddress(refused.identifier) })
    // There is no page to lead to.
    await logAct(trx, { act: 'refuse-submission', on: { subject, address: null }, curatorId, reason, now })
    return { ok: true, changed: true }
  })
}
