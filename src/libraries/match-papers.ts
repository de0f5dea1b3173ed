import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { PaperIdentifier } from '../papers/identifiers.ts'
import { IS_LISTED } from '../papers/visibility.ts'

/** The numbers of the papers that are here, and that everybody may see, by their identifiers: `scheme value`. One query. */
export async function papersNamed(
  db: Kysely<Database>,
  identifiers: PaperIdentifier[],
): Promise<Map<string, number>> {
  if (identifiers.length === 0) return new Map()
  const { rows } = await sql<{ scheme: string; value: string; id: number }>`
    select i.scheme, i.value, p.id from paper_identifiers i join papers p on p.id = i.paper_id
    where (i.scheme, i.value) in (
      select * from unnest(${identifiers.map(({ scheme }) => scheme)}::text[], ${identifiers.map(({ value }) => value)}::text[]))
      and ${IS_LISTED}`.execute(db)
  return new Map(rows.map(({ scheme, value, id }) => [`${scheme} ${value}`, id]))
}
