import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { PaperList } from './list-orders.ts'

/** The lists that say how long they are. */
export type CountedList = Extract<PaperList, { kind: 'editions' | 'topic' | 'name' | 'orcid' }>

/** How many papers a list has: as the database keeps it, or out of an index that holds little else. */
export async function countPapers(db: Kysely<Database>, list: CountedList): Promise<number> {
  const { rows } = await sql<{ n: number }>`select ${counted(list)} as n`.execute(db)
  return rows[0]?.n ?? 0
}

function counted(list: CountedList): RawBuilder<unknown> {
  switch (list.kind) {
    case 'editions':
      return sql`(select coalesce(sum(papers), 0) from edition_counts where edition between ${list.from}::date and ${list.to}::date)`
    case 'topic':
      return sql`coalesce((select papers from topic_counts where category = ${list.category}), 0)`
    case 'name':
    case 'orcid': {
      const stands = printedOn(list)
      return sql`(select count(*) from (select distinct dated_at, paper_id from paper_authors k where ${stands}) as all_of_them)
        - (select count(*) from papers p where hidden and exists (select from paper_authors k where k.paper_id = p.id and ${stands}))`
    }
  }
}

/** The condition under which an author `k` of a paper is meant. */
export function printedOn(list: Extract<PaperList, { kind: 'name' | 'orcid' }>): RawBuilder<unknown> {
  return list.kind === 'name' ? sql`k.name_key = ${list.nameKey}` : sql`k.orcid = ${list.orcid}`
}
