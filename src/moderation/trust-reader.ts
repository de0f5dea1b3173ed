import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { asCurator } from './as-curator.ts'
import { NO_LONGER_HERE, logAct, type Decision, type ActOutcome } from './moderation-log.ts'
import { findReader } from './suspend-reader.ts'
import { readerSubject } from './subjects.ts'

/** Trusts a reader before their account is old enough: from now on their votes have full weight. */
export async function trustReader(
  db: Kysely<Database>,
  { readerId, curatorId, reason, now }: { readerId: string } & Decision,
): Promise<ActOutcome> {
  return asCurator(db, { curatorId, changed: [readerId] }, async (trx) => {
    const reader = await findReader(trx, readerId)
    if (!reader) return NO_LONGER_HERE
    if (reader.suspended_at !== null)
      return { ok: false, reason: 'This account is suspended. Reinstate it first.' }
    if (reader.trusted_at !== null) return { ok: true, changed: false }
    await trx.updateTable('readers').set({ trusted_at: now }).where('id', '=', readerId).execute()
    await logAct(trx, { act: 'trust-reader', on: readerSubject(reader), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}
