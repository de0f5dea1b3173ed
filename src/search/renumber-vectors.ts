import { sql, type Transaction } from 'kysely'
import { notify } from '../db/channels.ts'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'

/**
 * Has every index take the vectors of papers in anew, in the caller's transaction: of a paper that was hidden they were
 * let go. Who also records takes the lock of recording before.
 */
export async function renumberVectors(trx: Transaction<Database>, paperIds: number[]): Promise<void> {
  await lockUntilCommit(trx, 'vectors')
  await sql`update paper_embeddings set seq = nextval('paper_embeddings_seq')
    where paper_id = any(${paperIds}::bigint[])`.execute(trx)
  await notify(trx, 'vectors')
}
