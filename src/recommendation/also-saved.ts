import { sql, type Kysely, type Selectable } from 'kysely'
import type { Database } from '../db/schema.ts'
import { toPaper } from '../papers/find.ts'
import type { Paper } from '../papers/paper.ts'
import { IS_LISTED } from '../papers/visibility.ts'

/** So many different readers must have kept both papers, so that nobody's list can be told from what is shown. */
const FEWEST_READERS = 5
/** The newest readers of a paper who are asked, and the newest papers of each: enough to tell, and no more work for a famous one. */
const READERS_ASKED = 300
const PAPERS_OF_EACH = 50
/** Of so many papers with most readers in common it is looked up how many readers they have in all. */
const MOST_COMPARED = 100

/**
 * Other papers that readers who voted for a paper or saved it also voted for or saved, those first that have most readers in
 * common for how many they have in all (cosine). At least five different readers, none of them suspended, have kept both.
 * Without hidden papers.
 */
export async function alsoSaved(
  db: Kysely<Database>,
  { paperId, limit }: { paperId: number; limit: number },
): Promise<Paper[]> {
  const { rows } = await sql<Selectable<Database['papers']>>`
    with kept as (
      (select reader_id, voted_at as at from votes where paper_id = ${paperId}
        order by voted_at desc limit ${READERS_ASKED})
      union all
      (select reader_id, added_at from reading_list where paper_id = ${paperId}
        order by added_at desc limit ${READERS_ASKED})),
    asked as materialized (
      select k.reader_id from kept k join readers r on r.id = k.reader_id
      where r.suspended_at is null
      group by k.reader_id order by max(k.at) desc limit ${READERS_ASKED}),
    others as materialized (
      select o.paper_id, count(*) as shared
      from asked a cross join lateral (
        (select paper_id from votes where reader_id = a.reader_id
          order by voted_at desc limit ${PAPERS_OF_EACH})
        union
        (select paper_id from reading_list where reader_id = a.reader_id
          order by added_at desc, paper_id desc limit ${PAPERS_OF_EACH})
      ) o
      where o.paper_id <> ${paperId}
      group by o.paper_id having count(*) >= ${FEWEST_READERS}
      order by shared desc, o.paper_id limit ${MOST_COMPARED})
    select p.* from others o join papers p on p.id = o.paper_id
    where ${IS_LISTED}
    -- How many readers the first paper has makes no difference to the order.
    order by o.shared / sqrt(p.votes + (
      select count(*) from (select from reading_list l where l.paper_id = p.id limit 1000) saved) + 1) desc,
      o.shared desc, p.id desc
    limit ${limit}`.execute(db)
  return rows.map(toPaper)
}
