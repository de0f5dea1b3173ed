import type { Kysely } from 'kysely'
import { toReader } from '../accounts/reader.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { paperAddress } from '../papers/identifiers.ts'
import { writeComment } from '../discussion/comments.ts'
import { logAct, type Decision, type ActOutcome } from './moderation-log.ts'
import { paperSubject } from './subjects.ts'
import { acceptSubmission, refuseSubmission } from './submissions.ts'

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
    curators,
  }: { id: number; timeZone: string; curators: ReadonlySet<string> } & Decision,
): Promise<ActOutcome> {
  const accepted = await acceptSubmission(db, { id, curatorId, now, timeZone })
  if (accepted.kind !== 'accepted') return DECIDED
  const { paperId, readerId, note } = accepted
  // Recording is a transaction of its own, so the log entry comes after it.
  await inTransaction(db, (trx) =>
    logAct(trx, { act: 'accept-submission', on: paperSubject(accepted), curatorId, reason, now }),
  )
  await writeNote(db, { paperId, readerId, note, curators, now })
  return { ok: true, changed: true }
}

/** Posts the note of a submission as the reader's comment on the paper, if they can still comment. */
export async function writeNote(
  db: Kysely<Database>,
  {
    paperId,
    readerId,
    note,
    curators,
    now,
  }: { paperId: number; readerId: string | null; note: string; curators: ReadonlySet<string>; now: Date },
): Promise<void> {
  if (note === '' || readerId === null) return
  const row = await db.selectFrom('readers').selectAll().where('id', '=', readerId).executeTakeFirst()
  const reader = row && toReader(row, { curators, now })
  if (reader && !reader.suspended)
    await writeComment(db, { paperId, parentId: null, reader, body: note, now })
}

/** A curator rejects a submitted paper; the reader who submitted it sees the reason. */
export async function rejectWaitingSubmission(
  db: Kysely<Database>,
  { id, curatorId, reason, now }: { id: number } & Decision,
): Promise<ActOutcome> {
  return inTransaction(db, async (trx) => {
    const refused = await refuseSubmission(trx, { id, curatorId, reason, now })
    if (refused.kind !== 'refused') return DECIDED
    const { subject } = paperSubject({ title: refused.title, address: paperAddress(refused.identifier) })
    // There is no page to link to.
    await logAct(trx, { act: 'refuse-submission', on: { subject, address: null }, curatorId, reason, now })
    return { ok: true, changed: true }
  })
}
