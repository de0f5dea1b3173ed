import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** An interest of a reader; null where there is none with that number, or where it is another reader’s. */
export async function ownInterest(
  db: Kysely<Database>,
  { readerId, interestId }: { readerId: string; interestId: number },
): Promise<{ id: number; name: string } | null> {
  const row = await db
    .selectFrom('interests')
    .select(['id', 'name'])
    .where('id', '=', interestId)
    .where('reader_id', '=', readerId)
    .executeTakeFirst()
  return row ?? null
}
