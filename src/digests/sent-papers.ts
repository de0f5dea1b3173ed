import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Which of some papers each subscriber was sent already, also as what was merged into them. */
export async function sentPapers(
  db: Kysely<Database>,
  { subscriberIds, paperIds }: { subscriberIds: number[]; paperIds: number[] },
): Promise<Map<number, Set<number>>> {
  const { rows: found } = await sql<{ subscriber_id: number; id: number }>`
    with asked as (
      select id, id as known_as from unnest(${paperIds}::bigint[]) as id
      union all
      select kept_id, merged_id from paper_merges where kept_id = any(${paperIds}::bigint[])
    )
    select s.id as subscriber_id, a.id
    from unnest(${[...new Set(subscriberIds)]}::bigint[]) as s(id)
      join digest_papers d on d.subscriber_id = s.id
      join asked a on a.known_as = d.paper_id`.execute(db)
  const sent = new Map<number, Set<number>>()
  for (const { subscriber_id: subscriber, id } of found)
    sent.set(subscriber, (sent.get(subscriber) ?? new Set()).add(id))
  return sent
}
