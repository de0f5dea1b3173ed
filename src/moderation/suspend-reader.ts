import type { Kysely, Transaction } from 'kysely'
import { forgetSuspensions } from '../accounts/suspensions.ts'
import type { Database } from '../db/schema.ts'
import { takeBackAllVotes } from '../ranking/votes.ts'
import { asCurator } from './as-curator.ts'
import { NO_LONGER_HERE, logAct, type Decision, type ActOutcome } from './moderation-log.ts'
import { readerSubject } from './subjects.ts'

/**
 * Suspends a reader: they can still read, and delete their account, but do nothing else. `votesToo` withdraws their
 * votes, even if they were already suspended.
 */
export async function suspendReader(
  db: Kysely<Database>,
  options: { readerId: string; votesToo: boolean } & Decision,
): Promise<ActOutcome> {
  const { curatorId, readerId, votesToo } = options
  return asCurator(db, { curatorId, locks: votesToo ? ['recording'] : [], changed: [readerId] }, (trx) =>
    suspend(trx, options),
  )
}

/** The same in the caller's transaction, which holds the reader and, for their votes, the lock of recording. */
export async function suspend(
  trx: Transaction<Database>,
  { readerId, votesToo, curatorId, reason, now }: { readerId: string; votesToo: boolean } & Decision,
): Promise<ActOutcome> {
  if (readerId === curatorId) return { ok: false, reason: 'You cannot suspend your own account.' }
  const reader = await findReader(trx, readerId)
  if (!reader) return NO_LONGER_HERE
  const suspended = reader.suspended_at === null
  if (suspended)
    await trx.updateTable('readers').set({ suspended_at: now }).where('id', '=', readerId).execute()
  const votes = votesToo ? await takeBackAllVotes(trx, { readerId, now }) : 0
  if (!suspended && votes === 0) return { ok: true, changed: false }
  await logAct(trx, { act: 'suspend-reader', on: readerSubject(reader), curatorId, reason, now })
  return { ok: true, changed: true }
}

/** Ends a reader's suspension, and that of accounts of theirs that are gone. Votes that were withdrawn stay withdrawn. */
export async function reinstateReader(
  db: Kysely<Database>,
  { readerId, curatorId, reason, now }: { readerId: string } & Decision,
): Promise<ActOutcome> {
  return asCurator(db, { curatorId, changed: [readerId] }, async (trx) => {
    const reader = await findReader(trx, readerId)
    if (!reader) return NO_LONGER_HERE
    if (reader.suspended_at === null) return { ok: true, changed: false }
    await trx.updateTable('readers').set({ suspended_at: null }).where('id', '=', readerId).execute()
    await forgetSuspensions(trx, { readerId })
    await logAct(trx, { act: 'reinstate-reader', on: readerSubject(reader), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}

/** What is to be known of a reader whom the transaction holds. */
export async function findReader(trx: Transaction<Database>, readerId: string) {
  return trx
    .selectFrom('readers')
    .select(['id', 'name', 'public', 'suspended_at', 'trusted_at'])
    .where('id', '=', readerId)
    .executeTakeFirst()
}
