import { sql, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { VECTORS_CHANGED, VECTORS_LOCK } from './embed-papers.ts'

/**
 * Has every index take the vectors of papers in anew, in the caller's transaction: of a paper that was hidden they were
 * let go. Who also records takes the lock of recording before.
 */
export async function renumberVectors(trx: Transaction<Database>, paperIds: number[]): Promise<void> {
  await sql`select pg_advisory_xact_lock(${VECTORS_LOCK})`.execute(trx)
  await sql`update paper_embeddings set seq = nextval('paper_embeddings_seq')
    where paper_id = any(${paperIds}::bigint[])`.execute(trx)
  await sql`select pg_notify(${VECTORS_CHANGED}, '')`.execute(trx)
}
