import { createHash } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { HarvestedPaper } from './harvested-paper.ts'
import type { PaperIdentifier } from './identifiers.ts'
import { mergeStatements, type MergedPaper, type Statement } from './merge.ts'
import { nameKey } from './names.ts'

/** What recording one statement did to the paper it speaks of. */
export type Recorded = { paperId: number; outcome: 'new' | 'updated' | 'unchanged' }

export type RecordResult = {
  /** One for each statement, in their order. */
  recorded: Recorded[]
  /** Papers that took in another one, because a statement showed both to be the same work: their heat is to be made anew. */
  united: number[]
}

/** Only one transaction records at a time, so that two cannot make two papers of one work. */
const RECORDING_LOCK = 4_152_002

/** A paper as it stands before this batch, or one that the batch makes. */
type Work = {
  paperId: number | null
  recordedAt: Date
  arxivId: string | null
  identifiers: Map<string, PaperIdentifier>
  records: Map<string, StoredRecord>
  /** Papers of the database that turned out to be this one. */
  absorbed: number[]
  changed: boolean
  /** The work it was united with, once a statement showed both to be the same. */
  into: Work | null
}
/** A source's statement; `facts` is null while they are only in the database, with the paper `storedWith`. */
type StoredRecord = {
  facts: Statement | null
  storedWith: number | null
  digest: string
  asOf: string | null
  changed: boolean
}

/**
 * Records what sources say, in the caller's transaction: finds the paper each statement speaks of by its identifiers
 * (or makes it), keeps the statement beside those of other sources, and derives the paper anew. A statement older
 * (`asOf`) than the one already held from its source changes nothing. Papers with different arXiv identifiers are
 * never taken for one, even where they claim the same DOI: the DOI stays with the first.
 */
export async function recordPapers(
  trx: Transaction<Database>,
  papers: HarvestedPaper[],
  { now, timeZone }: { now: Date; timeZone: string },
): Promise<RecordResult> {
  await sql`select pg_advisory_xact_lock(${RECORDING_LOCK})`.execute(trx)
  const works = await findWorks(trx, papers, now)
  const statements = papers
    .map((paper) => {
      const { work, grown } = workOf(works, paper, now)
      const restated = state(work, paper)
      return { work, changed: grown || restated }
    })
    .map(({ work, changed }) => ({ work: survivor(work), changed }))

  const distinct = [...new Set(statements.map(({ work }) => work))]
  const wasKnown = new Set(distinct.filter((work) => work.paperId !== null))
  const changedWorks = distinct.filter((work) => work.changed || work.paperId === null)
  await loadFacts(trx, changedWorks)
  const toWrite = changedWorks.map((work) => ({
    work,
    merged: mergeStatements([...work.records.values()].map(factsOf), {
      arxivId: work.arxivId,
      recordedAt: work.recordedAt,
      timeZone,
    }),
  }))
  await unite(trx, distinct)
  await writePapers(trx, toWrite, now)
  await writeRecords(trx, distinct, now)
  await writeLookups(trx, toWrite)

  const counted = new Set<Work>()
  return {
    recorded: statements.map(({ work, changed }) => {
      const outcome = !changed ? 'unchanged' : wasKnown.has(work) || counted.has(work) ? 'updated' : 'new'
      counted.add(work)
      return { paperId: idOf(work), outcome }
    }),
    united: distinct.filter((work) => work.absorbed.length > 0).map(idOf),
  }
}

type Works = Map<string, Work>

/** The works of the database that the statements' identifiers lead to, by identifier. */
async function findWorks(trx: Transaction<Database>, papers: HarvestedPaper[], now: Date): Promise<Works> {
  const wanted = papers.flatMap((paper) => paper.identifiers)
  const found = await sql<{ paper_id: number }>`
    select distinct paper_id from paper_identifiers
    where (scheme, value) in (
      select * from unnest(${wanted.map((i) => i.scheme)}::text[], ${wanted.map((i) => i.value)}::text[]))
  `.execute(trx)
  const ids = found.rows.map((row) => row.paper_id)
  const works: Works = new Map()
  if (ids.length === 0) return works

  const byId = new Map<number, Work>()
  const [rows, identifiers, records] = [
    await trx.selectFrom('papers').select(['id', 'recorded_at']).where('id', 'in', ids).execute(),
    await trx.selectFrom('paper_identifiers').selectAll().where('paper_id', 'in', ids).execute(),
    await trx
      .selectFrom('paper_records')
      .select(['paper_id', 'source', 'digest', 'as_of'])
      .where('paper_id', 'in', ids)
      .execute(),
  ]
  for (const row of rows) {
    byId.set(row.id, { ...newWork(row.recorded_at ?? now), paperId: row.id })
  }
  for (const row of identifiers) {
    const work = byId.get(row.paper_id)
    const identifier = { scheme: row.scheme, value: row.value } as PaperIdentifier
    if (!work) continue
    work.identifiers.set(keyOf(identifier), identifier)
    works.set(keyOf(identifier), work)
    if (identifier.scheme === 'arxiv') work.arxivId = identifier.value
  }
  for (const row of records) {
    byId.get(row.paper_id)?.records.set(row.source, {
      facts: null,
      storedWith: row.paper_id,
      digest: row.digest,
      asOf: row.as_of?.toISOString() ?? null,
      changed: false,
    })
  }
  return works
}

/** Reads the statements that works to be derived anew hold; those of unchanged works stay in the database. */
async function loadFacts(trx: Transaction<Database>, works: Work[]): Promise<void> {
  const missing = works
    .flatMap((work) => [...work.records.values()])
    .filter((record) => record.facts === null)
  const ids = [...new Set(missing.map((record) => record.storedWith))].filter((id) => id !== null)
  if (ids.length === 0) return
  const rows = await trx
    .selectFrom('paper_records')
    .select(['paper_id', 'source', 'facts'])
    .where('paper_id', 'in', ids)
    .execute()
  const stored = new Map(rows.map((row) => [`${row.paper_id} ${row.source}`, row.facts as Statement]))
  for (const work of works) {
    for (const [source, record] of work.records) {
      record.facts ??= stored.get(`${record.storedWith} ${source}`) ?? null
    }
  }
}

function factsOf(record: StoredRecord): Statement {
  if (record.facts === null) throw new Error('a statement was to be merged without having been read')
  return record.facts
}

function newWork(recordedAt: Date): Work {
  return {
    paperId: null,
    recordedAt,
    arxivId: null,
    identifiers: new Map(),
    records: new Map(),
    absorbed: [],
    changed: false,
    into: null,
  }
}

/** The work a statement speaks of (known by one of its identifiers, united of several, or new), and whether it grew by it. */
function workOf(works: Works, paper: HarvestedPaper, now: Date): { work: Work; grown: boolean } {
  const arxiv = paper.identifiers.find(({ scheme }) => scheme === 'arxiv')
  const byArxiv = arxiv && works.get(keyOf(arxiv))
  const others = paper.identifiers
    .map((identifier) => works.get(keyOf(identifier)))
    .filter((work) => work !== undefined)
    .filter((work) => !arxiv || work.arxivId === null || work.arxivId === arxiv.value)
  let work = byArxiv ?? others[0] ?? newWork(now)
  let grown = false
  for (const other of new Set(others)) {
    if (other === work || !mayBeOne(work, other)) continue
    work = united(works, work, other)
    grown = true
  }
  if (arxiv) work.arxivId = arxiv.value
  for (const identifier of paper.identifiers) {
    // An identifier that another paper holds stays there; so does a second arXiv identifier of one statement.
    if (works.has(keyOf(identifier))) continue
    if (identifier.scheme === 'arxiv' && identifier !== arxiv) continue
    work.identifiers.set(keyOf(identifier), identifier)
    works.set(keyOf(identifier), work)
    grown = true
  }
  if (grown) work.changed = true
  return { work, grown }
}

/** Two with different arXiv identifiers stay apart. */
function mayBeOne(a: Work, b: Work): boolean {
  return a.arxivId === null || b.arxivId === null || a.arxivId === b.arxivId
}

/** One work out of two that turned out to be the same. */
function united(works: Works, a: Work, b: Work): Work {
  // The older paper stays, so that its number and its links live on.
  const [kept, gone] = (b.paperId ?? Infinity) < (a.paperId ?? Infinity) ? [b, a] : [a, b]
  kept.arxivId ??= gone.arxivId
  for (const [key, identifier] of gone.identifiers) {
    kept.identifiers.set(key, identifier)
    works.set(key, kept)
  }
  for (const [source, record] of gone.records) {
    const held = kept.records.get(source)
    if (!held || isNewer(record.asOf, held.asOf)) kept.records.set(source, { ...record, changed: true })
  }
  if (gone.recordedAt < kept.recordedAt) kept.recordedAt = gone.recordedAt
  if (gone.paperId !== null) kept.absorbed.push(gone.paperId)
  kept.absorbed.push(...gone.absorbed)
  gone.into = kept
  return kept
}

function survivor(work: Work): Work {
  return work.into === null ? work : survivor(work.into)
}

/** Puts a statement beside those of other sources, in place of an older one from its own; answers whether it says anything new. */
function state(work: Work, paper: HarvestedPaper): boolean {
  const { upvotes: _, ...facts } = paper
  const { asOf, ...stated } = facts
  const digest = createHash('sha256').update(JSON.stringify(stated)).digest('base64')
  const held = work.records.get(facts.source)
  if (held && asOf !== undefined && isNewer(held.asOf, asOf)) return false
  const saysNew = held?.digest !== digest
  // The same said again, at a later date: only that date is kept.
  if (!saysNew && (asOf === undefined || asOf === held?.asOf)) return false
  work.records.set(facts.source, { facts, storedWith: null, digest, asOf: asOf ?? null, changed: true })
  if (saysNew) work.changed = true
  return saysNew
}

/** Whether a dated statement is later than another; one without a date is taken in the order it comes. */
function isNewer(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && Date.parse(a) > Date.parse(b)
}

/** Moves what hangs on papers that turned out to be another one, and removes them. */
async function unite(trx: Transaction<Database>, works: Work[]): Promise<void> {
  for (const work of works) {
    if (work.absorbed.length === 0) continue
    const kept = idOf(work)
    // One by one: two of them may know the same event.
    for (const absorbed of work.absorbed) {
      await sql`
        update signals s set paper_id = ${kept} where paper_id = ${absorbed} and not exists (
          select from signals k where k.paper_id = ${kept} and (k.kind, k.origin, k.origin_key) = (s.kind, s.origin, s.origin_key))
      `.execute(trx)
    }
    await sql`update paper_identifiers set paper_id = ${kept} where paper_id = any(${work.absorbed}::bigint[])`.execute(
      trx,
    )
    await trx.deleteFrom('papers').where('id', 'in', work.absorbed).execute()
  }
}

type Write = { work: Work; merged: MergedPaper }

async function writePapers(trx: Transaction<Database>, writes: Write[], now: Date): Promise<void> {
  const fresh = writes.filter(({ work }) => work.paperId === null)
  const known = writes.filter(({ work }) => work.paperId !== null)
  if (fresh.length > 0) {
    const inserted = await sql<{ id: number; address: string }>`
      insert into papers (${PAPER_COLUMNS}, recorded_at, changed_at)
      select ${PAPER_COLUMNS}, recorded_at, ${now} from ${rowset(fresh)}
      order by number
      returning id, address
    `.execute(trx)
    const ids = new Map(inserted.rows.map((row) => [row.address, row.id]))
    for (const { work, merged } of fresh) work.paperId = ids.get(merged.address) ?? null
  }
  if (known.length > 0) {
    await sql`
      update papers p set (${PAPER_COLUMNS}, recorded_at, changed_at) =
        (${sql.join(PAPER_COLUMN_NAMES.map((name) => sql.ref(`r.${name}`)))}, r.recorded_at, ${now})
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
  const rows = writes.map(({ work, merged }, number) => ({
    number,
    id: work.paperId,
    address: merged.address,
    arxiv_id: merged.arxivId,
    doi: merged.doi,
    title: merged.title,
    abstract: merged.abstract,
    synopsis: merged.synopsis,
    authors: merged.authors,
    authors_truncated: merged.authorsTruncated,
    published: merged.published,
    versions: merged.versions,
    primary_category: merged.primaryCategory,
    categories: merged.categories,
    comments: merged.comments,
    journal_reference: merged.journalReference,
    license_url: merged.licenseUrl,
    withdrawn: merged.withdrawn,
    links: merged.links,
    provenance: merged.provenance,
    edition: merged.edition,
    edition_from: merged.editionFrom,
    dated_at: merged.datedAt,
    recorded_at: work.recordedAt,
  }))
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(
    number integer, id bigint, address text, arxiv_id text, doi text, title text, abstract text, synopsis text,
    authors jsonb, authors_truncated boolean, published jsonb, versions jsonb, primary_category text, categories text[], comments text,
    journal_reference text, license_url text, withdrawn boolean, links jsonb, provenance jsonb, edition date, edition_from text,
    dated_at timestamptz, recorded_at timestamptz)`
}

/** The statements that are new, or were said again at a later date. */
async function writeRecords(trx: Transaction<Database>, works: Work[], now: Date): Promise<void> {
  const records = works.flatMap((work) =>
    [...work.records]
      .filter(([, record]) => record.changed)
      .map(([source, record]) => ({
        paper_id: idOf(work),
        source,
        facts: factsOf(record),
        digest: record.digest,
        as_of: record.asOf,
      })),
  )
  if (records.length === 0) return
  await sql`
    insert into paper_records (paper_id, source, facts, digest, as_of, recorded_at)
    select paper_id, source, facts, digest, as_of, ${now} from jsonb_to_recordset(${JSON.stringify(records)}::jsonb)
      as r(paper_id bigint, source text, facts jsonb, digest text, as_of timestamptz)
    on conflict (paper_id, source) do update
      set facts = excluded.facts, digest = excluded.digest, as_of = excluded.as_of, recorded_at = excluded.recorded_at
  `.execute(trx)
}

/** The identifiers, author names and categories by which the papers written are found. */
async function writeLookups(trx: Transaction<Database>, writes: Write[]): Promise<void> {
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
  await trx.deleteFrom('paper_authors').where('paper_id', 'in', ids).execute()
  await trx.deleteFrom('paper_categories').where('paper_id', 'in', ids).execute()
  const authors = writes.flatMap(({ work, merged }) =>
    merged.authors.map((author, position) => ({
      paper_id: idOf(work),
      position,
      name_key: nameKey(author.name),
      name: author.name,
      orcid: author.orcid ?? null,
      dated_at: merged.datedAt,
    })),
  )
  const categories = writes.flatMap(({ work, merged }) =>
    merged.categories.map((category) => ({ paper_id: idOf(work), category, dated_at: merged.datedAt })),
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

function keyOf({ scheme, value }: PaperIdentifier): string {
  return `${scheme}:${value}`
}

function idOf(work: Work): number {
  if (work.paperId === null) throw new Error('a paper was written without getting a number')
  return work.paperId
}
