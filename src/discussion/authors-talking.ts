import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Those of some papers in whose discussion a confirmed author of theirs has written, in one query. */
export async function authorsTalking(db: Kysely<Database>, paperIds: number[]): Promise<ReadonlySet<number>> {
  if (paperIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('authorship_claims as a')
    .select('a.paper_id')
    .distinct()
    .where('a.paper_id', 'in', paperIds)
    .where('a.state', '=', 'confirmed')
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('comments as c')
          .whereRef('c.paper_id', '=', 'a.paper_id')
          .whereRef('c.reader_id', '=', 'a.reader_id')
          .where('c.deleted_at', 'is', null)
          .where('c.hidden_at', 'is', null),
      ),
    )
    .execute()
  return new Set(rows.map(({ paper_id }) => paper_id))
}
