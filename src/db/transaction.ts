import { setTimeout as pause } from 'node:timers/promises'
import type { Kysely, Transaction } from 'kysely'
import type { Database } from './schema.ts'

/** Attempts at one transaction: four that meet another one in their way are bad luck, five are a fault. */
const ATTEMPTS = 5
/** The longest pause before the second attempt; each later one may be twice as long. */
const PAUSE_MS = 20

/**
 * Does `work` in one transaction, all of it or nothing. When PostgreSQL ends it because another transaction stood in its
 * way (a deadlock, 40P01; a serialization failure, 40001), it is done again from the start, five times at most: `work`
 * must have no effect outside the transaction. Within a transaction that is already open it joins that one, whose
 * beginner does it again.
 */
export async function inTransaction<T>(
  db: Kysely<Database>,
  work: (trx: Transaction<Database>) => Promise<T>,
): Promise<T> {
  if (db.isTransaction) return work(db as Transaction<Database>)
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      if (!isInTheWay(error) || attempt === ATTEMPTS) throw error
      // Two that met must not meet again.
      await pause(Math.random() * PAUSE_MS * 2 ** (attempt - 1))
    }
  }
}

/** Whether an error says that a transaction may succeed when it is done again. */
function isInTheWay(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return code === '40P01' || code === '40001'
}
