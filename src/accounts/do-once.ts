import { createHash } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import { tryLockOfKey } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'

/** How a program was answered that did something under a key of its own. */
export type KeptAnswer = {
  status: number
  /** The address of what was made. */
  location: string | null
  /** JSON. */
  body: string
}

/** What a program asks for under a key: `request` is all that it asked, as text. Keys of one reader mean nothing to others. */
export type Keyed = { readerId: string; key: string; request: string; now: Date }

/** What was done under a key before: the same, or something else. */
export type DoneBefore = { kind: 'replayed'; answer: KeptAnswer } | { kind: 'other-request' }

export type OnceOutcome = { kind: 'done' } | DoneBefore | { kind: 'under-way' }

/** How long a key is remembered. */
const KEPT_MS = 24 * 3_600_000

/** What was answered under a key in the last 24 hours; null where nothing was. One indexed query. */
export async function doneBefore(
  db: Kysely<Database>,
  { readerId, key, request, now }: Keyed,
): Promise<DoneBefore | null> {
  const row = await db
    .selectFrom('idempotency_keys')
    .select(['request', 'status', 'location', 'body'])
    .where('reader_id', '=', readerId)
    .where('key', '=', sha256(key))
    .where('answered_at', '>', new Date(now.getTime() - KEPT_MS))
    .executeTakeFirst()
  if (!row) return null
  const { request: before, ...answer } = row
  return before.equals(sha256(request)) ? { kind: 'replayed', answer } : { kind: 'other-request' }
}

/**
 * Does `act` once under a key. Its transaction also writes down the answer: whatever happens to this process, either
 * both are there or nothing is, and asking again finds the one or begins anew. While another transaction does it, nobody waits.
 * What `act` throws undoes it and leaves the key unused.
 */
export async function doOnce(
  db: Kysely<Database>,
  keyed: Keyed,
  act: (trx: Transaction<Database>) => Promise<KeptAnswer>,
): Promise<OnceOutcome> {
  const { readerId, key, request, now } = keyed
  return inTransaction(db, async (trx): Promise<OnceOutcome> => {
    // Before all other locks, and never waited for: so it is in nobody's way.
    if (!(await tryLockOfKey(trx, `${readerId} ${sha256(key).toString('hex')}`))) return { kind: 'under-way' }
    const before = await doneBefore(trx, keyed)
    if (before) return before
    const answer = await act(trx)
    // The act holds the reader already, whom the row names.
    const row = { request: sha256(request), answered_at: now, ...answer }
    await trx
      .insertInto('idempotency_keys')
      .values({ reader_id: readerId, key: sha256(key), ...row })
      // One that is older than a day.
      .onConflict((conflict) => conflict.columns(['reader_id', 'key']).doUpdateSet(row))
      .execute()
    return { kind: 'done' }
  })
}

/** Forgets the keys that are older than a day, but none that is in use. */
export async function forgetKeptAnswers(db: Kysely<Database>, { now }: { now: Date }): Promise<void> {
  await sql`
    delete from idempotency_keys where (reader_id, key) in (
      select reader_id, key from idempotency_keys where answered_at <= ${new Date(now.getTime() - KEPT_MS)}
      for update skip locked)`.execute(db)
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
