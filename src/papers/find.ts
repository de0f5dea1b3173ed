import { sql, type Kysely, type Selectable } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Source } from './harvested-paper.ts'
import type { PaperIdentifier } from './identifiers.ts'
import type { Paper } from './paper.ts'
import { readProvenance } from './publication.ts'
import { readAuthors } from './stored-authors.ts'
import { IS_LISTED, isShownTo, type Audience } from './visibility.ts'

/** A row of `papers` as the rooms know it. */
export function toPaper(row: Selectable<Database['papers']>): Paper {
  return {
    id: row.id,
    uuid: row.uuid,
    address: row.address,
    arxivId: row.arxiv_id,
    doi: row.doi,
    title: row.title,
    abstract: row.abstract,
    synopsis: row.synopsis,
    ...readAuthors(row.authors),
    authorsTruncated: row.authors_truncated,
    published: row.published,
    versions: row.versions,
    primaryCategory: row.primary_category,
    categories: row.categories,
    comments: row.comments,
    journalReference: row.journal_reference,
    licenseUrl: row.license_url,
    withdrawn: row.withdrawn,
    links: row.links,
    ...readProvenance(row.provenance),
    edition: row.edition,
    editionFrom: row.edition_from,
    votes: row.votes,
    commentCount: row.comment_count,
    pickCount: row.pick_count,
    hidden: row.hidden,
    commentsLocked: row.comments_locked,
    heat: Number.isFinite(row.heat) ? row.heat : null,
    recordedAt: row.recorded_at,
    changedAt: row.changed_at,
    revision: row.index_seq,
  }
}

/** The paper that an identifier leads to, or null when there is none that those who look may see. */
export async function findPaper(
  db: Kysely<Database>,
  identifier: PaperIdentifier,
  { seenBy }: { seenBy: Audience },
): Promise<Paper | null> {
  const row = await db
    .selectFrom('papers')
    .innerJoin('paper_identifiers', 'paper_identifiers.paper_id', 'papers.id')
    .where('scheme', '=', identifier.scheme)
    .where('value', '=', identifier.value)
    .selectAll('papers')
    .executeTakeFirst()
  const paper = row ? toPaper(row) : null
  return paper && isShownTo(paper, seenBy) ? paper : null
}

/** Papers by their numbers in the database, in one query, without those that do not exist or that those who look may not see. */
export async function papersByIds(
  db: Kysely<Database>,
  ids: number[],
  { seenBy }: { seenBy: Audience },
): Promise<Map<number, Paper>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('papers').selectAll().where('id', 'in', ids).execute()
  const papers = rows.map(toPaper).filter((paper) => isShownTo(paper, seenBy))
  return new Map(papers.map((paper) => [paper.id, paper]))
}

/** Papers on a page of `listedPapers`. */
const AT_A_TIME = 500

/** All papers that may be on a list, in the order in which they first came in, page by page. */
export async function* listedPapers(db: Kysely<Database>): AsyncGenerator<Paper[]> {
  for (let after = 0; ;) {
    const rows = await db
      .selectFrom('papers as p')
      .selectAll()
      .where(IS_LISTED)
      .where('p.id', '>', after)
      .orderBy('p.id')
      .limit(AT_A_TIME)
      .execute()
    if (rows.length > 0) yield rows.map(toPaper)
    const last = rows.at(-1)
    if (last === undefined || rows.length < AT_A_TIME) return
    after = last.id
  }
}

/** How many papers may be on a list. */
export async function countListedPapers(db: Kysely<Database>): Promise<number> {
  const { count } = await db
    .selectFrom('papers as p')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where(IS_LISTED)
    .executeTakeFirstOrThrow()
  return count
}

/** The sources that describe a paper, and when each last did. */
export async function sourcesOf(
  db: Kysely<Database>,
  paperId: number,
): Promise<{ source: Source; recordedAt: Date; asOf: Date | null }[]> {
  const rows = await db
    .selectFrom('paper_records')
    .select(['source', 'recorded_at', 'as_of'])
    .where('paper_id', '=', paperId)
    .orderBy('recorded_at')
    .orderBy('source')
    .execute()
  return rows.map((row) => ({ source: row.source, recordedAt: row.recorded_at, asOf: row.as_of }))
}

/** Whether there are no papers at all. */
export async function hasNoPapers(db: Kysely<Database>): Promise<boolean> {
  const { rows } = await sql<{ empty: boolean }>`select not exists (select from papers) as empty`.execute(db)
  return rows[0]?.empty ?? true
}
