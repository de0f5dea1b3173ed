import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Which of some papers a reader voted for, saved to read, or marked “Not for me”. */
export type Marks = {
  voted: ReadonlySet<number>
  saved: ReadonlySet<number>
  notForMe: ReadonlySet<number>
}

export const NO_MARKS: Marks = { voted: new Set(), saved: new Set(), notForMe: new Set() }

/** The marks of a reader on some papers, in one query. */
export async function marksOf(
  db: Kysely<Database>,
  { readerId, paperIds }: { readerId: string; paperIds: number[] },
): Promise<Marks> {
  if (paperIds.length === 0) return NO_MARKS
  const { rows } = await sql<{ paper_id: number; mark: keyof Marks }>`
    with asked as (select unnest(${paperIds}::bigint[]) as paper_id)
    select paper_id, 'voted' as mark from votes join asked using (paper_id) where reader_id = ${readerId}
    union all
    select paper_id, 'saved' from reading_list join asked using (paper_id) where reader_id = ${readerId}
    union all
    select paper_id, 'notForMe' from not_for_me join asked using (paper_id) where reader_id = ${readerId}
  `.execute(db)
  const of = (mark: keyof Marks) =>
    new Set(rows.filter((row) => row.mark === mark).map((row) => row.paper_id))
  return { voted: of('voted'), saved: of('saved'), notForMe: of('notForMe') }
}
