import { sql, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { DerivedPaper } from './derive-paper.ts'
import { nameKey } from './names.ts'
import { storedProvenance } from './publication.ts'
import { storedAuthors } from './stored-authors.ts'
import { factsOf, idOf, type Work } from './works.ts'

/** Moves what hangs on merged papers to those that are kept, and removes them. All are held by then. */
export async function writeMerges(trx: Transaction<Database>, works: Work[], now: Date): Promise<void> {
  for (const work of works) {
    if (work.merged.length > 0)
      // A top story stays one; no row that a foreign key guards changes twice, which would lock its curator too.
      await trx
        .updateTable('edition_heads')
        .set({ top_paper_id: idOf(work) })
        .where('top_paper_id', 'in', work.merged)
        .execute()
    // One by one: two of them may know the same event.
    for (const mergedId of work.merged) {
      await sql`select merge_paper(${mergedId}, ${idOf(work)}, ${now})`.execute(trx)
    }
  }
}

/** A work and the paper derived of it. */
export type Write = { work: Work; derived: DerivedPaper }

export async function writePapers(trx: Transaction<Database>, writes: Write[], now: Date): Promise<void> {
  const fresh = writes.filter(({ work }) => work.paperId === null)
  const known = writes.filter(({ work }) => work.paperId !== null)
  if (fresh.length > 0) {
    const inserted = await sql<{ id: number; address: string }>`
      insert into papers (id, uuid, ${PAPER_COLUMNS}, recorded_at, changed_at) overriding system value
      select coalesce(id, nextval(pg_get_serial_sequence('papers', 'id'))), coalesce(uuid, gen_random_uuid()),
        ${PAPER_COLUMNS}, recorded_at, coalesce(known_since, ${now})
      from (select * from ${rowset(fresh)} order by number) fresh
      returning id, address
    `.execute(trx)
    const ids = new Map(inserted.rows.map((row) => [row.address, row.id]))
    for (const { work, derived } of fresh) work.paperId = ids.get(derived.address) ?? null
  }
  if (known.length > 0) {
    await sql`
      update papers p set (${PAPER_COLUMNS}, recorded_at, changed_at, index_seq) =
        (${sql.join(PAPER_COLUMN_NAMES.map((name) => sql.ref(`r.${name}`)))}, r.recorded_at, ${now}, nextval('papers_index_seq'))
      from ${rowset(known)} where p.id = r.id
    `.execute(trx)
  }
}

const PAPER_COLUMN_NAMES = [
  'address',
  'arxiv_id',
  'doi',
  'title',
  'abstract',
  'synopsis',
  'authors',
  'authors_truncated',
  'published',
  'versions',
  'primary_category',
  'categories',
  'comments',
  'journal_reference',
  'license_url',
  'withdrawn',
  'links',
  'provenance',
  'edition',
  'edition_from',
  'dated_at',
] as const
const PAPER_COLUMNS = sql.join(PAPER_COLUMN_NAMES.map((name) => sql.ref(name)))

/** Many papers as one parameter: a set of rows `r` in the types of the table. */
function rowset(writes: Write[]) {
  const rows = writes.map(({ work, derived }, number) => ({
    number,
    id: work.paperId ?? work.knownAs?.number ?? null,
    uuid: work.knownAs?.uuid ?? null,
    known_since: work.knownAs?.changedAt ?? null,
    address: derived.address,
    arxiv_id: derived.arxivId,
    doi: derived.doi,
    title: derived.title,
    abstract: derived.abstract,
    synopsis: derived.synopsis,
    authors: storedAuthors(derived.authors, derived.authorsMissing),
    authors_truncated: derived.authorsTruncated,
    published: derived.published,
    versions: derived.versions,
    primary_category: derived.primaryCategory,
    categories: derived.categories,
    comments: derived.comments,
    journal_reference: derived.journalReference,
    license_url: derived.licenseUrl,
    withdrawn: derived.withdrawn,
    links: derived.links,
    provenance: storedProvenance(derived.provenance, derived),
    edition: derived.edition,
    edition_from: derived.editionFrom,
    dated_at: derived.datedAt,
    recorded_at: work.recordedAt,
  }))
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(
    number integer, id bigint, uuid uuid, known_since timestamptz, address text, arxiv_id text, doi text, title text, abstract text, synopsis text,
    authors jsonb, authors_truncated boolean, published jsonb, versions jsonb, primary_category text, categories text[], comments text,
    journal_reference text, license_url text, withdrawn boolean, links jsonb, provenance jsonb, edition date, edition_from text,
    dated_at timestamptz, recorded_at timestamptz)`
}

/** The statements that are new, or were said again at a later date. */
export async function writeRecords(trx: Transaction<Database>, works: Work[], now: Date): Promise<void> {
  const records = works.flatMap((work) =>
    [...work.records]
      .filter(([, record]) => record.changed)
      .map(([source, record]) => ({
        paper_id: idOf(work),
        source,
        facts: factsOf(record),
        digest: record.digest,
        as_of: record.asOf,
        recorded_at: record.recordedAt ?? now,
      })),
  )
  if (records.length === 0) return
  await sql`
    insert into paper_records (paper_id, source, facts, digest, as_of, recorded_at)
    select paper_id, source, facts, digest, as_of, recorded_at from jsonb_to_recordset(${JSON.stringify(records)}::jsonb)
      as r(paper_id bigint, source text, facts jsonb, digest text, as_of timestamptz, recorded_at timestamptz)
    on conflict (paper_id, source) do update
      set facts = excluded.facts, digest = excluded.digest, as_of = excluded.as_of, recorded_at = excluded.recorded_at
  `.execute(trx)
}

/** The identifiers, author names and categories by which the papers written are found, and the claims that curators see. */
export async function writeLookups(trx: Transaction<Database>, writes: Write[]): Promise<void> {
  if (writes.length === 0) return
  const identifiers = writes.flatMap(({ work }) =>
    [...work.identifiers.values()].map((identifier) => ({ paper_id: idOf(work), ...identifier })),
  )
  await sql`
    insert into paper_identifiers (scheme, value, paper_id)
    select scheme, value, paper_id from jsonb_to_recordset(${JSON.stringify(identifiers)}::jsonb)
      as r(scheme text, value text, paper_id bigint)
    on conflict do nothing
  `.execute(trx)

  const ids = writes.map(({ work }) => idOf(work))
  await trx.deleteFrom('identifier_claims').where('paper_id', 'in', ids).execute()
  const claims = writes.flatMap(({ work }) =>
    [...work.records.values()].flatMap((record) => {
      const { source, claims = [] } = factsOf(record)
      return claims.map((claimed) => ({ paper_id: idOf(work), source, ...claimed }))
    }),
  )
  if (claims.length > 0)
    await sql`
      insert into identifier_claims (paper_id, source, scheme, value)
      select * from jsonb_to_recordset(${JSON.stringify(claims)}::jsonb)
        as r(paper_id bigint, source text, scheme text, value text)
      on conflict do nothing
    `.execute(trx)
  await trx.deleteFrom('paper_authors').where('paper_id', 'in', ids).execute()
  await trx.deleteFrom('paper_categories').where('paper_id', 'in', ids).execute()
  const authors = writes.flatMap(({ work, derived }) =>
    derived.authors.map((author, position) => ({
      paper_id: idOf(work),
      position,
      name_key: nameKey(author.name),
      name: author.name,
      orcid: author.orcid ?? null,
      dated_at: derived.datedAt,
    })),
  )
  const categories = writes.flatMap(({ work, derived }) =>
    derived.categories.map((category) => ({ paper_id: idOf(work), category, dated_at: derived.datedAt })),
  )
  await sql`
    insert into paper_authors (paper_id, position, name_key, name, orcid, dated_at)
    select * from jsonb_to_recordset(${JSON.stringify(authors)}::jsonb)
      as r(paper_id bigint, position integer, name_key text, name text, orcid text, dated_at timestamptz)
  `.execute(trx)
  await sql`
    insert into paper_categories (paper_id, category, dated_at)
    select * from jsonb_to_recordset(${JSON.stringify(categories)}::jsonb)
      as r(paper_id bigint, category text, dated_at timestamptz)
  `.execute(trx)
}
