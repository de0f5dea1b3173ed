import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { ServiceAway } from '../outgoing/client.ts'
import type { HarvestOutcome } from '../papers/harvested-paper.ts'
import type { PaperIdentifier } from '../papers/identifiers.ts'
import { SourceTrouble } from './source-kind.ts'

/** A paper that a service can be asked about. */
export type AskedPaper = {
  id: number
  title: string
  arxivId: string | null
  doi: string | null
  repositories: string[]
  etag: string | null
}

const DAY_MS = 24 * 3_600_000
const LONGEST_REST_DAYS = 90
/** More are mistakes. */
const MOST_OTHER_DOIS = 3

/**
 * The papers to ask a service about next: those never asked about, the newest first, and those whose time has come, in turns, so that
 * neither wait for all of the others. `which` says by what the service knows papers.
 */
export async function papersToAsk(
  db: Kysely<Database>,
  {
    service,
    which,
    limit,
    now,
  }: { service: string; which: 'doi' | 'doi or arxiv' | 'repository'; limit: number; now: Date },
): Promise<AskedPaper[]> {
  const known = {
    doi: sql`p.doi is not null`,
    'doi or arxiv': sql`(p.doi is not null or p.arxiv_id is not null)`,
    repository: sql`p.links @> '[{"kind": "code"}]' and p.links::text like '%//github.com/%'`,
  }[which]
  const columns = sql`p.id, p.title, p.arxiv_id, p.doi, p.links`
  const { rows } = await sql<{
    id: number
    title: string
    arxiv_id: string | null
    doi: string | null
    links: { kind: string; url: string }[]
    etag: string | null
    asked: boolean
  }>`
    (select ${columns}, null as etag, false as asked from papers p
      where not p.hidden and ${known}
        and not exists (select from fact_queries q where q.service = ${service} and q.paper_id = p.id)
      order by p.dated_at desc, p.id desc limit ${limit})
    union all
    (select ${columns}, q.etag, true as asked from fact_queries q join papers p on p.id = q.paper_id
      where q.service = ${service} and q.next_at <= ${now} and not p.hidden and ${known}
      order by q.next_at limit ${limit})`.execute(db)
  const [fresh, due] = [rows.filter((row) => !row.asked), rows.filter((row) => row.asked)]
  const inTurns = Array.from({ length: Math.max(fresh.length, due.length) }, (_, i) => [fresh[i], due[i]])
  return inTurns
    .flat()
    .flatMap((row) => row ?? [])
    .slice(0, limit)
    .map(({ id, title, arxiv_id: arxivId, doi, links, etag }) => ({
      id,
      title,
      arxivId,
      doi,
      etag,
      repositories: links.filter(({ kind }) => kind === 'code').map(({ url }) => url),
    }))
}

/**
 * Notes that a service was asked about papers. Each is asked about again when it has become a quarter older, within a day at the
 * soonest and ninety at the latest: what is new changes most.
 */
export async function noteAsked(
  db: Kysely<Database>,
  { service, papers, now }: { service: string; papers: { id: number; etag?: string | null }[]; now: Date },
): Promise<void> {
  if (papers.length === 0) return
  await sql`
    insert into fact_queries (service, paper_id, asked_at, next_at, etag)
    select ${service}, p.id, ${now}, ${now}::timestamptz + least(greatest((${now}::timestamptz - p.dated_at) / 4, interval '1 day'), ${`${LONGEST_REST_DAYS} days`}::interval), a.etag
    from jsonb_to_recordset(${JSON.stringify(papers)}::jsonb) as a(id bigint, etag text) join papers p on p.id = a.id
    order by p.id
    on conflict (service, paper_id) do update
      set asked_at = excluded.asked_at, next_at = excluded.next_at, etag = excluded.etag`.execute(db)
}

/** How many papers a service was asked about in the last day. */
export async function askedToday(
  db: Kysely<Database>,
  { service, now }: { service: string; now: Date },
): Promise<number> {
  const { rows } = await sql<{ asked: number }>`
    select count(*)::int as asked from fact_queries
    where service = ${service} and asked_at > ${new Date(now.getTime() - DAY_MS)}`.execute(db)
  return rows[0]?.asked ?? 0
}

/** How many more a service may be asked about now, within its budget a day. */
export async function budgetLeft(
  db: Kysely<Database>,
  { service, perDay, now }: { service: string; perDay: number; now: Date },
): Promise<number> {
  return Math.max(0, perDay - (await askedToday(db, { service, now })))
}

/**
 * What a service says of one paper; `failure` is why it says nothing, where that may be for this paper alone: it is noted as
 * asked about before the run fails, so that the next run begins with another. Throws where the service asks to be left alone.
 */
export async function learn(
  ask: () => Promise<HarvestOutcome[]>,
): Promise<{ outcomes: HarvestOutcome[]; failure: Error | null }> {
  try {
    return { outcomes: await ask(), failure: null }
  } catch (error) {
    const isTheirs = error instanceof ServiceAway || error instanceof SourceTrouble
    if (!isTheirs || error.retryAt !== null) throw error
    return { outcomes: [], failure: error }
  }
}

/** The DOIs that lead to a paper besides the one it is known by. */
export async function otherDois(db: Kysely<Database>, { id, doi }: AskedPaper): Promise<string[]> {
  const rows = await db
    .selectFrom('paper_identifiers')
    .select('value')
    .where('paper_id', '=', id)
    .where('scheme', '=', 'doi')
    .where('value', '<>', doi ?? '')
    .orderBy('value')
    .limit(MOST_OTHER_DOIS)
    .execute()
  return rows.map(({ value }) => value)
}

/** The identifier by which facts about a paper are stated: they bind no other. Null for one that only this site knows. */
export function identifierOf({ arxivId, doi }: AskedPaper): PaperIdentifier | null {
  if (arxivId !== null) return { scheme: 'arxiv', value: arxivId }
  return doi === null ? null : { scheme: 'doi', value: doi }
}

/** Addresses have the slash of a DOI as it is. */
export function doiPath(doi: string): string {
  return doi.toWellFormed().split('/').map(encodeURIComponent).join('/')
}
