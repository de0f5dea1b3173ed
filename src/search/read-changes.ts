import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Author } from '../papers/harvested-paper.ts'
import type { SourcedLink } from '../papers/paper.ts'
import { plainText } from '../papers/plain-text.ts'
import { FLAGS, type IndexedPaper } from './index/indexed-paper.ts'
import { nameWords, wordsIn } from './text/words.ts'

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
    select seq, paper_id, gone, p.id, p.index_seq, p.title, p.abstract, p.synopsis, p.authors, p.categories, p.links, p.dated_at
    from changes left join papers p on not gone and p.id = paper_id order by seq`.execute(db)
  return {
    papers: rows.filter(
      (row): row is typeof row & PaperRow => !row.gone && row.id !== null && row.id !== undefined,
    ),
    removed: rows.filter(({ gone }) => gone).map((row) => row.paper_id),
    through: rows.at(-1)?.seq ?? after,
  }
}

/** A paper's words and facts, as the index takes them. */
export function toIndexedPaper(row: PaperRow): IndexedPaper {
  return {
    id: row.id,
    seq: row.index_seq,
    title: wordsIn(plainText(row.title)),
    body: wordsIn(bodyText(row)),
    // Of a collaboration of thousands, the first hundreds are enough to be found by.
    authors: row.authors.slice(0, MOST_AUTHORS).map(({ name }) => nameTerms(name)),
    categories: row.categories,
    datedAt: row.dated_at.getTime(),
    flags: flagsOf(row.links),
  }
}

const MOST_AUTHORS = 300

/** What a paper says besides its title, as plain text: its synopsis and its abstract. */
export function bodyText({
  abstract,
  synopsis,
}: {
  abstract: string | null
  synopsis: string | null
}): string {
  return [synopsis, abstract]
    .filter((text) => text !== null)
    .map(plainText)
    .join('\n\n')
}

/** The words of a name, and the first letters of given names, by which people are often cited. */
function nameTerms(name: string): string[] {
  const words = nameWords(name)
  return [...new Set([...words, ...words.slice(0, -1).map((word) => word.slice(0, 1))])]
}

function flagsOf(links: SourcedLink[]): number {
  const has = (kind: SourcedLink['kind']) => links.some((link) => link.kind === kind)
  return (has('code') ? FLAGS.code : 0) | (has('dataset') ? FLAGS.data : 0) | (has('model') ? FLAGS.model : 0)
}
