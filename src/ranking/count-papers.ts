import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database } from '../db/schema.ts'
import { categoriesOf } from '../papers/categories.ts'
import type { PaperList } from './list-orders.ts'
import { IS_LISTED } from '../papers/visibility.ts'

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
    case 'topic': {
      const categories = categoriesOf(list.category)
      return sql`(select coalesce(sum(papers), 0) from topic_counts where category in (${sql.join(categories)}))
        - (${categories.length > 1 ? withAll(categories) : sql`0`})`
    }
    case 'name':
    case 'orcid': {
      const stands = printedOn(list)
      return sql`(select count(*) from (select distinct dated_at, paper_id from paper_authors k where ${stands}) as all_of_them)
        - (select count(*) from papers p where hidden and exists (select from paper_authors k where k.paper_id = p.id and ${stands}))`
    }
  }
}

/** How many papers have all of some categories. */
function withAll(categories: string[]): RawBuilder<unknown> {
  const has = (category: string) =>
    sql`exists (select from paper_categories k where k.paper_id = p.id and k.category = ${category})`
  return sql`select count(*) from paper_categories first join papers p on p.id = first.paper_id and ${IS_LISTED}
    where first.category = ${categories[0]} and ${sql.join(categories.slice(1).map(has), sql` and `)}`
}

/** The condition under which an author `k` of a paper is meant. */
export function printedOn(list: Extract<PaperList, { kind: 'name' | 'orcid' }>): RawBuilder<unknown> {
  return list.kind === 'name' ? sql`k.name_key = ${list.nameKey}` : sql`k.orcid = ${list.orcid}`
}
