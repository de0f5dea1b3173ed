import { sql, type Transaction } from 'kysely'
import type { Database } from './schema.ts'

/**
 * The advisory locks of the program, in the order in which a transaction that needs several takes them, and before it
 * locks any row. The SQL of db/migrations names them by the same numbers.
 */
export const LOCKS = {
  /** Held by whoever migrates the schema. */
  migration: 4_152_001,
  /** Held by whoever records, merges, hides or removes papers, so that two cannot make two papers of one work. */
  recording: 4_152_002,
  /** Held by whoever numbers vectors, so that numbers are committed in their order. */
  vectors: 4_152_004,
} as const

/** Waits for a lock and holds it until the transaction ends. */
export async function lockUntilCommit(trx: Transaction<Database>, lock: keyof typeof LOCKS): Promise<void> {
  await sql`select pg_advisory_xact_lock(${LOCKS[lock]})`.execute(trx)
}
