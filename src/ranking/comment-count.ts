import { sql, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Counts the comments on papers that everybody sees. The papers are held: none is counted twice or not at all. */
export async function countComments(trx: Transaction<Database>, paperIds: number[]): Promise<void> {
  await sql`update papers p set comment_count =
      (select count(*) from comments where paper_id = p.id and deleted_at is null and hidden_at is null)
    where id = any(${paperIds}::bigint[])`.execute(trx)
}
