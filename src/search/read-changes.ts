import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Author, PublishedDate } from '../papers/harvested-paper.ts'
import type { SourcedLink } from '../papers/paper.ts'

/** A paper as far as the index needs it. */
export type PaperRow = {
  id: number
  index_seq: number
  title: string
  abstract: string | null
  synopsis: string | null
  authors: Author[]
  categories: string[]
  links: SourcedLink[]
  dated_at: Date
  published: PublishedDate | null
}

/** What happened to papers after a change: their states now, those that are gone or hidden, and the last change this covers. */
export type Changes = { papers: PaperRow[]; removed: number[]; through: number }

/** The next changes after one, at most `limit`; none when all is known. */
export async function readChanges(
  db: Kysely<Database>,
  { after, limit }: { after: number; limit: number },
): Promise<Changes> {
  const { rows } = await sql<Partial<PaperRow> & { seq: number; paper_id: number; gone: boolean }>`
    with changes as (
      (select index_seq as seq, id as paper_id, hidden as gone from papers where index_seq > ${after} order by 1 limit ${limit})
      union all
      (select index_seq, paper_id, true from paper_removals where index_seq > ${after} order by 1 limit ${limit})
      order by seq limit ${limit})
    select seq, paper_id, gone, p.id, p.index_seq, p.title, p.abstract, p.synopsis, p.authors, p.categories, p.links, p.dated_at, p.published
    from changes left join papers p on not gone and p.id = paper_id order by seq`.execute(db)
  return {
    papers: rows.filter(
      (row): row is typeof row & PaperRow => !row.gone && row.id !== null && row.id !== undefined,
    ),
    removed: rows.filter(({ gone }) => gone).map((row) => row.paper_id),
    through: rows.at(-1)?.seq ?? after,
  }
}
