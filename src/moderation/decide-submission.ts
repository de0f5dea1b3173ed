import type { Kysely } from 'kysely'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { paperAddress } from '../papers/identifiers.ts'
import { asCurator } from './as-curator.ts'
import { logAct, type Decision, type ActOutcome } from './moderation-log.ts'
import { paperSubject } from './subjects.ts'
import { acceptSubmission, refuseSubmission, type WriteNote } from './submissions.ts'

const DECIDED: ActOutcome = { ok: true, changed: false }

/** A curator accepts a submitted paper; the reader's note becomes their comment on it. */
export async function acceptWaitingSubmission(
  db: Kysely<Database>,
  {
    id,
    curatorId,
    reason,
    now,
    timeZone,
    writeNote,
  }: { id: number; timeZone: string; writeNote: WriteNote } & Decision,
): Promise<ActOutcome> {
  return inTransaction(db, async (trx) => {
    await lockUntilCommit(trx, 'recording')
    const accepted = await acceptSubmission(trx, { id, curatorId, now, timeZone, writeNote })
    if (accepted.kind !== 'accepted') return DECIDED
    await logAct(trx, { act: 'accept-submission', on: paperSubject(accepted), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}

/** A curator rejects a submitted paper; the reader who submitted it sees the reason. */
export async function rejectWaitingSubmission(
  db: Kysely<Database>,
  { id, curatorId, reason, now }: { id: number } & Decision,
): Promise<ActOutcome> {
  return asCurator(db, { curatorId }, async (trx) => {
    const refused = await refuseSubmission(trx, { id, curatorId, reason, now })
    if (refused.kind !== 'refused') return DECIDED
    const { subject } = paperSubject({ title: refused.title, address: paperAddress(refused.identifier) })
    // There is no page to link to.
    await logAct(trx, { act: 'refuse-submission', on: { subject, address: null }, curatorId, reason, now })
    return { ok: true, changed: true }
  })
}
