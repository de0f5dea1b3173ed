import type { Kysely } from 'kysely'
import { toReader } from '../accounts/reader.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { paperAddress } from '../papers/identifiers.ts'
import { writeComment } from '../discussion/comments.ts'
import { logAct, type Acting, type ActOutcome } from './moderation-log.ts'
import { paperSubject } from './subjects.ts'
import { acceptSubmission, refuseSubmission } from './submissions.ts'

const DECIDED: ActOutcome = { ok: true, changed: false }

/** A curator lets a submitted paper in; what its reader wrote with it becomes their comment there. */
export async function takeSubmission(
  db: Kysely<Database>,
  {
    id,
    curatorId,
    reason,
    now,
    timeZone,
    curators,
  }: { id: number; timeZone: string; curators: ReadonlySet<string> } & Acting,
): Promise<ActOutcome> {
  const accepted = await acceptSubmission(db, { id, curatorId, now, timeZone })
  if (accepted.kind !== 'accepted') return DECIDED
  const { paperId, readerId, note } = accepted
  // Recording is a transaction of its own, so that the log follows it.
  await inTransaction(db, (trx) =>
    logAct(trx, { act: 'accept-submission', on: paperSubject(accepted), curatorId, reason, now }),
  )
  await writeNote(db, { paperId, readerId, note, curators, now })
  return { ok: true, changed: true }
}

/** What a reader wrote with a submission becomes their comment on the paper, if they may still comment. */
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

/** A curator refuses a submitted paper; who submitted it reads the reason. */
export async function turnDownSubmission(
  db: Kysely<Database>,
  { id, curatorId, reason, now }: { id: number } & Acting,
): Promise<ActOutcome> {
  return inTransaction(db, async (trx) => {
    const refused = await refuseSubmission(trx, { id, curatorId, reason, now })
    if (refused.kind !== 'refused') return DECIDED
    const { subject } = paperSubject({ title: refused.title, address: paperAddress(refused.identifier) })
    // There is no page to lead to.
    await logAct(trx, { act: 'refuse-submission', on: { subject, address: null }, curatorId, reason, now })
    return { ok: true, changed: true }
  })
}
