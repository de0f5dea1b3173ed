import type { Kysely, Transaction } from 'kysely'
import { holdReaders } from '../db/hold-readers.ts'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { currentNumbers } from '../papers/hold.ts'
import { removeVotes } from '../ranking/votes.ts'
import { asCurator } from './as-curator.ts'
import { NO_LONGER_HERE, logAct, type Decision, type ActOutcome } from './moderation-log.ts'
import { counted, paperSubject } from './subjects.ts'
import { suspend } from './suspend-reader.ts'
import { accountsIn, maySuspend, papersIn, type Evidence } from './suspicions/evidence.ts'

/** Discounts the votes of some readers for some papers. Logged without names: votes are secret. */
export async function discountVotes(
  db: Kysely<Database>,
  options: { readerIds: string[]; paperIds: number[] } & Decision,
): Promise<ActOutcome> {
  return asCurator(db, { curatorId: options.curatorId, locks: ['recording'] }, (trx) =>
    discount(trx, options),
  )
}

/** If nothing was wrong, neither papers nor readers are named. */
const LET_COUNT = { subject: 'votes that seemed coordinated, and let them count', address: null }
/** Another curator was quicker: the accounts are gone or their votes withdrawn. */
const NONE_LEFT = { subject: 'votes that seemed coordinated, all withdrawn since', address: null }

/** A curator finds nothing wrong. */
export async function dismissSuspicion(
  db: Kysely<Database>,
  { suspicionId, curatorId, reason, now }: { suspicionId: number } & Decision,
): Promise<ActOutcome> {
  return resolve(db, { suspicionId, curatorId, now }, async (trx) => {
    await logAct(trx, { act: 'dismiss-suspicion', on: LET_COUNT, curatorId, reason, now })
    return { ok: true, changed: true }
  })
}

/** Discounts the votes of a suspicion. */
export async function discountSuspicion(
  db: Kysely<Database>,
  { suspicionId, curatorId, reason, now }: { suspicionId: number } & Decision,
): Promise<ActOutcome> {
  return resolve(db, { suspicionId, curatorId, now }, async (trx, evidence) => {
    const readerIds = accountsIn(evidence)
    const paperIds = papersIn(evidence)
    const { changed } = await discount(trx, { readerIds, paperIds, curatorId, reason, now })
    if (!changed) await logAct(trx, { act: 'dismiss-suspicion', on: NONE_LEFT, curatorId, reason, now })
    return { ok: true, changed: true }
  })
}

/** Suspends the accounts of a suspicion and withdraws all their votes. */
export async function suspendSuspected(
  db: Kysely<Database>,
  { suspicionId, curatorId, reason, now }: { suspicionId: number } & Decision,
): Promise<ActOutcome> {
  return resolve(db, { suspicionId, curatorId, now }, async (trx, evidence) => {
    const readerIds = accountsIn(evidence)
    if (!maySuspend(evidence))
      return {
        ok: false,
        reason: 'A burst of votes is not evidence against each account. Discount the votes instead.',
      }
    if (readerIds.includes(curatorId))
      return { ok: false, reason: 'Your own account is one of these. Leave this to another curator.' }
    let suspended = 0
    for (const readerId of readerIds.toSorted()) {
      const outcome = await suspend(trx, { readerId, votesToo: false, curatorId, reason, now })
      if (outcome.ok && outcome.changed) suspended++
    }
    const votes = await takeBack(trx, { readerIds, paperIds: null, now })
    if (votes.length > 0) await logDiscount(trx, { votes, curatorId, reason, now })
    else if (suspended === 0)
      await logAct(trx, { act: 'dismiss-suspicion', on: NONE_LEFT, curatorId, reason, now })
    return { ok: true, changed: true }
  })
}

/** Resolves a suspicion with what `act` does, in one transaction; if it refuses, the suspicion stays open. */
async function resolve(
  db: Kysely<Database>,
  { suspicionId, curatorId, now }: { suspicionId: number } & Omit<Decision, 'reason'>,
  act: (trx: Transaction<Database>, evidence: Evidence) => Promise<ActOutcome>,
): Promise<ActOutcome> {
  return inTransaction(db, async (trx) => {
    await lockUntilCommit(trx, 'recording')
    const row = await trx
      .selectFrom('suspicions')
      .select(['evidence', 'settled_at'])
      .where('id', '=', suspicionId)
      .forUpdate()
      .executeTakeFirst()
    if (!row) return NO_LONGER_HERE
    if (row.settled_at !== null) return { ok: true, changed: false }
    const suspected = accountsIn(row.evidence as Evidence).filter((id) => id !== curatorId)
    await holdReaders(trx, { acting: [curatorId], changed: suspected })
    const outcome = await act(trx, row.evidence as Evidence)
    if (outcome.ok)
      await trx
        .updateTable('suspicions')
        .set({ settled_at: now, settled_by: curatorId })
        .where('id', '=', suspicionId)
        .execute()
    return outcome
  })
}

async function discount(
  trx: Transaction<Database>,
  { readerIds, paperIds, curatorId, reason, now }: { readerIds: string[]; paperIds: number[] } & Decision,
): Promise<{ ok: true; changed: boolean }> {
  const votes = await takeBack(trx, { readerIds, paperIds, now })
  if (votes.length === 0) return { ok: true, changed: false }
  await logDiscount(trx, { votes, curatorId, reason, now })
  return { ok: true, changed: true }
}

type Vote = { paperId: number; readerId: string }

/** Withdraws readers' votes, for all papers if none are given; returns the votes withdrawn. */
async function takeBack(
  trx: Transaction<Database>,
  { readerIds, paperIds, now }: { readerIds: string[]; paperIds: number[] | null; now: Date },
): Promise<Vote[]> {
  if (readerIds.length === 0 || paperIds?.length === 0) return []
  const current = paperIds && (await currentNumbers(trx, paperIds))
  const votes = await trx
    .selectFrom('votes')
    .select(['paper_id as paperId', 'reader_id as readerId'])
    .where('reader_id', 'in', readerIds)
    .$if(current !== null, (query) => query.where('paper_id', 'in', current ?? []))
    .execute()
  return removeVotes(trx, votes, { now })
}

async function logDiscount(
  trx: Transaction<Database>,
  { votes, curatorId, reason, now }: { votes: Vote[] } & Decision,
): Promise<void> {
  const paperIds = [...new Set(votes.map(({ paperId }) => paperId))]
  const [first] = await trx
    .selectFrom('papers')
    .select(['title', 'address'])
    .where('id', 'in', paperIds.slice(0, 1))
    .execute()
  const paper = first && paperIds.length === 1 ? paperSubject(first) : null
  const on = {
    subject: `${counted(votes.length, 'vote')} for ${paper ? paper.subject : counted(paperIds.length, 'paper')}`,
    address: paper?.address ?? null,
  }
  await logAct(trx, { act: 'discount-votes', on, curatorId, reason, now })
}
