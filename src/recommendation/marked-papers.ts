import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { IS_LISTED } from '../papers/visibility.ts'

/** A paper that a reader spoke for or against. */
export type MarkedPaper = {
  paperId: number
  /** For it: voted for, saved, collected or liked; against it: “Not for me”. */
  isFor: boolean
  categories: string[]
  /** Keys of its authors whom the reader follows. */
  followed: string[]
}

/** The most that are looked at, the newest. */
const MOST = 2_000

/**
 * The papers that a reader spoke either for or against since a day, the newest first, without those that they took out of
 * what is learned from.
 */
export async function markedPapers(
  db: Kysely<Database>,
  { readerId, since }: { readerId: string; since: Date },
): Promise<MarkedPaper[]> {
  const { rows } = await sql<MarkedPaper>`
    with marks as (
      select paper_id, at, false as "isFor" from not_for_me where reader_id = ${readerId}
      union all select paper_id, at, likes from paper_ratings where reader_id = ${readerId}
      union all select paper_id, voted_at, true from votes where reader_id = ${readerId}
      union all select paper_id, added_at, true from reading_list where reader_id = ${readerId}
      union all select cp.paper_id, cp.added_at, true
        from collection_papers cp join collections c on c.id = cp.collection_id where c.reader_id = ${readerId}
    ), marked as (
      select paper_id, max(at) as at, bool_or("isFor") as "isFor" from marks where at >= ${since}
      group by paper_id having bool_and("isFor") or not bool_or("isFor")
    )
    select m.paper_id as "paperId", m."isFor", p.categories,
      array(select f.name_key from paper_authors a join followed_authors f on f.name_key = a.name_key
        where a.paper_id = p.id and f.reader_id = ${readerId}) as followed
    from marked m join papers p on p.id = m.paper_id
    where ${IS_LISTED} and not exists (select from interest_papers i
      where i.reader_id = ${readerId} and i.paper_id = p.id and i.excluded_at is not null)
    order by m.at desc, m.paper_id desc limit ${MOST}`.execute(db)
  return rows
}
