import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { IS_LISTED } from '../papers/visibility.ts'

/** How much a reader's own front page has to go by. */
export type KnownSoFar = {
  topics: number
  authors: number
  /** Papers that the reader likes, voted for, saved or has in collections, whatever they answered. */
  papers: number
  /** Answers to questions of ours. */
  answers: number
}

export async function knownSoFar(
  db: Kysely<Database>,
  { readerId }: { readerId: string },
): Promise<KnownSoFar> {
  const { rows } = await sql<KnownSoFar>`
    select
      (select count(*)::int from followed_topics where reader_id = ${readerId}) as topics,
      (select count(*)::int from followed_authors where reader_id = ${readerId}) as authors,
      (select count(*)::int from papers p where ${IS_LISTED} and p.id in (
        select paper_id from paper_ratings where reader_id = ${readerId} and likes and not asked
        union select paper_id from votes where reader_id = ${readerId}
        union select paper_id from reading_list where reader_id = ${readerId}
        union select cp.paper_id from collection_papers cp join collections c on c.id = cp.collection_id
          where c.reader_id = ${readerId})) as papers,
      (select count(*)::int from paper_ratings r join papers p on p.id = r.paper_id
        where r.reader_id = ${readerId} and r.asked and ${IS_LISTED}) as answers`.execute(db)
  return rows[0] ?? { topics: 0, authors: 0, papers: 0, answers: 0 }
}
