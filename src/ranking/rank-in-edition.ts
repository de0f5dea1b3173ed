import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { IS_LISTED } from '../papers/visibility.ts'
import { BY_RANK } from './list-orders.ts'

/**
 * Which place a paper has in the order of its edition, beginning with 1; null where it is in no edition. It counts those above
 * it in the index that has the edition's order.
 */
export async function rankInEdition(
  db: Kysely<Database>,
  { paperId }: { paperId: number },
): Promise<number | null> {
  const columns = (table: 'p' | 'own') =>
    sql.raw(BY_RANK.columns.map((column) => column.replaceAll('p.', `${table}.`)).join(', '))
  const { rows } = await sql<{ rank: number }>`
    select 1 + (
      select count(*) from papers p
      where p.edition = own.edition and ${IS_LISTED} and (${columns('p')}) > (${columns('own')})
    )::int as rank
    from papers own where own.id = ${paperId} and own.edition is not null
  `.execute(db)
  return rows[0]?.rank ?? null
}
