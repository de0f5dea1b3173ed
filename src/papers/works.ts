import { createHash } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { HarvestedPaper } from './harvested-paper.ts'
import type { PaperIdentifier } from './identifiers.ts'
import type { Statement } from './derive-paper.ts'

/** A paper as it stands before this batch, or one that the batch makes. */
export type Work = {
  paperId: number | null
  recordedAt: Date
  arxivId: string | null
  identifiers: Map<string, PaperIdentifier>
  records: Map<string, StoredRecord>
  /** Papers of the database that turned out to be this one and are merged with it: this one is kept. */
  merged: number[]
  changed: boolean
  /** The work that is kept in its place, once a statement showed both to be the same. */
  keptAs: Work | null
}
/** A source's statement; `facts` is null while they are only in the database, with the paper `storedWith`. */
type StoredRecord = {
  facts: Statement | null
  storedWith: number | null
  digest: string
  asOf: string | null
  changed: boolean
  /** Whether it leaves authors out. */
  truncated: boolean
  /** Another statement of its source that names all authors: they are taken from there once both are read. */
  fuller: Pick<StoredRecord, 'facts' | 'storedWith'> | null
}

type Works = Map<string, Work>

/** The works of the database that the statements' identifiers lead to, by identifier. */
export async function findWorks(
  trx: Transaction<Database>,
  papers: HarvestedPaper[],
  now: Date,
): Promise<Works> {
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
      .select(sql<boolean>`coalesce((facts->>'authorsTruncated')::boolean, false)`.as('truncated'))
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
      truncated: row.truncated,
      fuller: null,
    })
  }
  return works
}

/** Reads the statements that works to be derived anew hold; those of unchanged works stay in the database. */
export async function loadFacts(trx: Transaction<Database>, works: Work[]): Promise<void> {
  const missing = works
    .flatMap((work) => [...work.records.values()])
    .flatMap((record) => (record.fuller === null ? [record] : [record, record.fuller]))
    .filter((record) => record.facts === null)
  const ids = [...new Set(missing.map((record) => record.storedWith))].filter((id) => id !== null)
  const rows =
    ids.length === 0
      ? []
      : await trx
          .selectFrom('paper_records')
          .select(['paper_id', 'source', 'facts'])
          .where('paper_id', 'in', ids)
          .execute()
  const stored = new Map(rows.map((row) => [`${row.paper_id} ${row.source}`, row.facts as Statement]))
  for (const work of works) {
    for (const [source, record] of work.records) {
      record.facts ??= stored.get(`${record.storedWith} ${source}`) ?? null
      if (record.fuller === null || record.facts === null) continue
      const { authors } = record.fuller.facts ?? stored.get(`${record.fuller.storedWith} ${source}`) ?? {}
      const { authorsTruncated: _, authorsMissing: __, ...facts } = record.facts
      if (authors !== undefined) record.facts = { ...facts, authors }
      record.fuller = null
    }
  }
}

export function factsOf(record: StoredRecord): Statement {
  if (record.facts === null)
    throw new Error('a paper was to be derived from a statement that had not been read')
  return record.facts
}

function newWork(recordedAt: Date): Work {
  return {
    paperId: null,
    recordedAt,
    arxivId: null,
    identifiers: new Map(),
    records: new Map(),
    merged: [],
    changed: false,
    keptAs: null,
  }
}

/** The work a statement speaks of (known by one of its identifiers, merged of several, or new), and whether it grew by it. */
export function workOf(works: Works, paper: HarvestedPaper, now: Date): { work: Work; grown: boolean } {
  const arxiv = paper.identifiers.find(({ scheme }) => scheme === 'arxiv')
  const byArxiv = arxiv && works.get(keyOf(arxiv))
  const others = paper.identifiers
    .map((identifier) => works.get(keyOf(identifier)))
    .filter((work) => work !== undefined)
    .filter((work) => !arxiv || work.arxivId === null || work.arxivId === arxiv.value)
  let work = byArxiv ?? others[0] ?? newWork(now)
  let grown = false
  for (const other of new Set(others)) {
    // It may have been merged with this one a moment ago.
    if (keptWork(other) === work || !mayBeOne(work, other)) continue
    work = mergeWorks(works, work, other)
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
function mergeWorks(works: Works, a: Work, b: Work): Work {
  // The older paper stays, so that its number and its links live on.
  const [kept, merged] = (b.paperId ?? Infinity) < (a.paperId ?? Infinity) ? [b, a] : [a, b]
  kept.arxivId ??= merged.arxivId
  for (const [key, identifier] of merged.identifiers) {
    kept.identifiers.set(key, identifier)
    works.set(key, kept)
  }
  for (const [source, record] of merged.records) {
    const held = kept.records.get(source)
    const [newer, older] = !held || isNewer(record.asOf, held.asOf) ? [record, held] : [held, record]
    const fuller = older && fullerOf(newer, older)
    if (newer === held && !fuller) continue
    kept.records.set(source, { ...newer, ...(fuller ? { fuller, truncated: false } : {}), changed: true })
  }
  if (merged.recordedAt < kept.recordedAt) kept.recordedAt = merged.recordedAt
  if (merged.paperId !== null) kept.merged.push(merged.paperId)
  kept.merged.push(...merged.merged)
  merged.keptAs = kept
  return kept
}

/** The work itself, or the one that is kept in its place. */
export function keptWork(work: Work): Work {
  return work.keptAs === null ? work : keptWork(work.keptAs)
}

/** Puts a statement beside those of other sources, in place of an older one from its own; answers whether it says anything new. */
export function state(work: Work, paper: HarvestedPaper): boolean {
  const { upvotes: _, stars: __, citations: ___, ...facts } = paper
  const { asOf, ...stated } = facts
  const digest = createHash('sha256').update(JSON.stringify(stated)).digest('base64')
  const held = work.records.get(facts.source)
  const record: StoredRecord = {
    facts,
    storedWith: null,
    digest,
    asOf: asOf ?? null,
    changed: true,
    truncated: facts.authorsTruncated ?? false,
    fuller: null,
  }
  if (held && asOf !== undefined && isNewer(held.asOf, asOf)) {
    // An older statement only adds the authors that the newer one leaves out.
    const fuller = facts.authors === undefined ? null : fullerOf(held, record)
    if (fuller === null) return false
    work.records.set(facts.source, { ...held, fuller, truncated: false, changed: true })
    work.changed = true
    return true
  }
  const saysNew = held?.digest !== digest
  // The same said again, at a later date: only that date is kept.
  if (!saysNew && (asOf === undefined || asOf === held?.asOf)) return false
  const fuller = held ? fullerOf(record, held) : null
  work.records.set(facts.source, fuller ? { ...record, fuller, truncated: false } : record)
  if (saysNew || fuller) work.changed = true
  return saysNew
}

/** The statement that knows the authors left out of another of the same source, if it does. */
function fullerOf(record: StoredRecord, other: StoredRecord): StoredRecord['fuller'] {
  if (!record.truncated || other.truncated) return null
  return other.fuller ?? { facts: other.facts, storedWith: other.storedWith }
}

/** Whether a dated statement is later than another; one without a date is taken in the order it comes. */
function isNewer(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && Date.parse(a) > Date.parse(b)
}

function keyOf({ scheme, value }: PaperIdentifier): string {
  return `${scheme}:${value}`
}

export function idOf(work: Work): number {
  if (work.paperId === null) throw new Error('a paper was written without getting a number')
  return work.paperId
}
