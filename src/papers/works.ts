import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { sql, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { completed } from './complete-statement.ts'
import type { HarvestedPaper, Source } from './harvested-paper.ts'
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
  /** What a new one is to be known by, where it was known elsewhere before; `changedAt` is when its facts last changed there. */
  knownAs?: { number: number | null; uuid: string | null; changedAt: Date }
}
/** A source's statement; `facts` is null while they are only in the database, with the paper `storedWith`. */
type StoredRecord = {
  source: Source
  facts: Statement | null
  storedWith: number | null
  digest: string
  asOf: string | null
  changed: boolean
  /** Earlier statements of the same source, the latest first, whose facts were not read yet: they complete this one. */
  earlier: StoredRecord[]
  /** When it came in, where that was elsewhere. */
  recordedAt?: Date
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
      source: row.source,
      facts: null,
      storedWith: row.paper_id,
      digest: row.digest,
      asOf: row.as_of?.toISOString() ?? null,
      changed: false,
      earlier: [],
    })
  }
  await loadRestated(trx, works, papers)
  return works
}

/** Reads the statements in whose place others are to come: what these leave out still holds. */
async function loadRestated(
  trx: Transaction<Database>,
  works: Works,
  papers: HarvestedPaper[],
): Promise<void> {
  const restated = new Set<StoredRecord>()
  for (const paper of papers) {
    for (const identifier of paper.identifiers) {
      const held = works.get(keyOf(identifier))?.records.get(paper.source)
      if (held && !saysTheSame(held, paper)) restated.add(held)
    }
  }
  await readFacts(trx, [...restated])
}

/** Reads the statements that works to be derived anew hold; those of unchanged works stay in the database. */
export async function loadFacts(trx: Transaction<Database>, works: Work[]): Promise<void> {
  const records = works.flatMap((work) => [...work.records.values()])
  await readFacts(
    trx,
    records.flatMap((record) => [record, ...record.earlier]),
  )
  for (const record of records) {
    record.facts = record.earlier.reduce(
      (facts, before) => completed(facts, factsOf(before)),
      factsOf(record),
    )
    record.earlier = []
  }
}

async function readFacts(trx: Transaction<Database>, records: StoredRecord[]): Promise<void> {
  const missing = records.filter((record) => record.facts === null)
  if (missing.length === 0) return
  const rows = await trx
    .selectFrom('paper_records')
    .select(['paper_id', 'source', 'facts'])
    .where('paper_id', 'in', [...new Set(missing.map((record) => record.storedWith))])
    .where('source', 'in', [...new Set(missing.map((record) => record.source))])
    .execute()
  const stored = new Map(rows.map((row) => [`${row.paper_id} ${row.source}`, row.facts as Statement]))
  for (const record of missing) record.facts = stored.get(`${record.storedWith} ${record.source}`) ?? null
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
    if (!held) kept.records.set(source, { ...record, changed: true })
    else {
      const [later, earlier] = isNewer(record.asOf, held.asOf) ? [record, held] : [held, record]
      kept.records.set(source, {
        ...later,
        changed: true,
        earlier: [...later.earlier, earlier, ...earlier.earlier],
      })
    }
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

/**
 * Puts a statement beside those of other sources, in place of an earlier one from its own, which completes it; answers whether
 * it says anything new. One that is older than the one held completes that.
 */
export function state(
  work: Work,
  paper: HarvestedPaper,
  { recordedAt }: { recordedAt?: Date } = {},
): boolean {
  const facts = withoutCounts(paper)
  const held = work.records.get(facts.source)
  const record = {
    source: facts.source,
    facts,
    storedWith: null,
    digest: digestOf(paper),
    asOf: facts.asOf ?? null,
    changed: true,
    earlier: [],
    ...(recordedAt === undefined ? {} : { recordedAt }),
  }
  if (held && saysTheSame(held, paper)) return false
  if (!held) {
    work.records.set(facts.source, record)
    work.changed = true
    return true
  }
  const isOlder = isNewer(held.asOf, record.asOf)
  // It came here with another paper in this batch, and is read with the others at the end.
  if (held.facts === null) {
    work.records.set(
      facts.source,
      isOlder
        ? { ...held, changed: true, earlier: [...held.earlier, record] }
        : { ...record, earlier: [held, ...held.earlier] },
    )
    work.changed = true
    return true
  }
  const whole = isOlder ? completed(held.facts, facts) : completed(facts, held.facts)
  const saysNew = !isDeepStrictEqual({ ...whole, asOf: null }, { ...held.facts, asOf: null })
  // The same said again, or less of it, at a later date: only that date is kept.
  if (!saysNew && (isOlder || record.asOf === null || record.asOf === held.asOf)) return false
  const { digest, asOf } = isOlder ? held : record
  work.records.set(facts.source, { ...record, facts: whole, digest, asOf, earlier: held.earlier })
  if (saysNew) work.changed = true
  return saysNew
}

/** Whether a statement says what is held already, and no later. */
function saysTheSame(held: StoredRecord, paper: HarvestedPaper): boolean {
  const isLater = paper.asOf !== undefined && paper.asOf !== held.asOf && !isNewer(held.asOf, paper.asOf)
  return !isLater && held.digest === digestOf(paper)
}

function withoutCounts(paper: HarvestedPaper): Statement {
  const { upvotes: _, commentCount: __, stars: ___, citations: ____, ...statement } = paper
  return statement
}

/** SHA-256 of what a statement says, whenever it says it. */
function digestOf(paper: HarvestedPaper): string {
  const { asOf: _, ...stated } = withoutCounts(paper)
  return createHash('sha256').update(JSON.stringify(stated)).digest('base64')
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
