import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** What a reader has done with a paper, and where others have put it. */
export type PaperStanding = {
  /** Whether it is on their reading list, and whether they have read it. */
  saved: boolean
  read: boolean
  notForMe: boolean
  /** Their collections, most recently changed first, and whether the paper is in each. */
  own: { id: string; title: string; has: boolean }[]
  /** The public collections with the paper, most recently changed first, their own included. */
  inPublic: { id: string; title: string; owner: { id: string; name: string } }[]
}

/** All of it in one query; without a reader, only what others have done. At most `limit` public collections. */
export async function paperStanding(
  db: Kysely<Database>,
  { paperId, readerId, limit }: { paperId: number; readerId: string | null; limit: number },
): Promise<PaperStanding> {
  const { rows } = await sql<PaperStanding>`
    with list as (select read_at from reading_list where (reader_id, paper_id) = (${readerId}::uuid, ${paperId}))
    select exists (select from list) as saved,
      exists (select from list where read_at is not null) as read,
      exists (select from not_for_me where (reader_id, paper_id) = (${readerId}::uuid, ${paperId})) as "notForMe",
      (select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'title', c.title, 'has', exists (
          select from collection_papers where (collection_id, paper_id) = (c.id, ${paperId})
        )) order by c.changed_at desc, c.id), '[]')
        from collections c where c.reader_id = ${readerId}::uuid) as own,
      (select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'title', c.title,
          'owner', jsonb_build_object('id', r.id, 'name', r.name)) order by c.changed_at desc, c.id), '[]')
        from (
          select * from collections where public and not hidden
            and id in (select collection_id from collection_papers where paper_id = ${paperId})
          order by changed_at desc, id limit ${limit}
        ) c join readers r on r.id = c.reader_id) as "inPublic"`.execute(db)
  const row = rows[0]
  if (!row) throw new Error('a query of one row gave none')
  return row
}
