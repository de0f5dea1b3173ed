import { sql, type Kysely, type Selectable } from 'kysely'
import type { Database } from '../db/schema.ts'
import { toPaper } from '../papers/find.ts'
import type { Paper } from '../papers/paper.ts'
import { IS_LISTED } from '../papers/visibility.ts'

/** Papers that a reader saved or voted for and that were retracted, corrected or withdrawn, by title. */
export async function noticedPapers(
  db: Kysely<Database>,
  { readerId, limit }: { readerId: string; limit: number },
): Promise<Paper[]> {
  const { rows } = await sql<Selectable<Database['papers']>>`
    select p.* from (
      select paper_id from reading_list where reader_id = ${readerId}
      union select paper_id from votes where reader_id = ${readerId}
    ) l join papers p on p.id = l.paper_id
    where ${IS_LISTED} and (p.withdrawn or p.provenance ? 'notices')
    order by p.title, p.id limit ${limit}`.execute(db)
  return rows.map(toPaper)
}
