import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { ServiceAway } from '../outgoing/client.ts'
import type { HarvestedPaper, HarvestOutcome } from '../papers/harvested-paper.ts'
import type { PaperIdentifier } from '../papers/identifiers.ts'
import type { Said } from './kinds/ask-json.ts'
import { SourceTrouble, type Budget, type HarvestPage, type TaskRun } from './source-kind.ts'

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
async function papersToAsk(
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
async function noteAsked(
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
async function askedToday(
  db: Kysely<Database>,
  { service, now }: { service: string; now: Date },
): Promise<number> {
  const { rows } = await sql<{ asked: number }>`
    select count(*)::int as asked from fact_queries
    where service = ${service} and asked_at > ${new Date(now.getTime() - DAY_MS)}`.execute(db)
  return rows[0]?.asked ?? 0
}

/** A service that states facts about papers here: by what it knows them, and about how many it is asked a day and a run. */
export type FactService = {
  service: string
  which: 'doi' | 'doi or arxiv' | 'repository'
  perDay: number
  atOnce: number
}

/** How much of a service's budget was used in the last day. */
export async function budgetOf(
  db: Kysely<Database>,
  { service, perDay }: FactService,
  { now }: { now: Date },
): Promise<Budget> {
  return { used: await askedToday(db, { service, now }), perDay }
}

/** The papers to ask a service about in a run, within what is left of its budget for the day. */
export async function papersOfRun(
  { db, now }: Pick<TaskRun<unknown>, 'db' | 'now'>,
  asked: FactService,
): Promise<AskedPaper[]> {
  const { service, which, perDay, atOnce } = asked
  const { used } = await budgetOf(db, asked, { now: now() })
  const left = Math.max(0, perDay - used)
  return papersToAsk(db, { service, which, limit: Math.min(left, atOnce), now: now() })
}

/** A page of what a service says of papers here, which notes that it was asked about them; no paper is added. */
export function pageOfFacts(
  { now }: Pick<TaskRun<unknown>, 'now'>,
  {
    service,
    papers,
    outcomes,
  }: { service: string; papers: { id: number; etag?: string | null }[]; outcomes: HarvestOutcome[] },
): HarvestPage {
  return {
    outcomes,
    cursor: null,
    onlyKnown: true,
    alongside: (trx) => noteAsked(trx, { service, papers, now: now() }),
  }
}

/** What a service says of one paper, and by what it will know whether that has changed. */
type Learnt = { outcomes: HarvestOutcome[]; etag?: string | null }

/**
 * Asks a service about one paper after another. Where it says nothing, which may be for this paper alone, that one is noted as
 * asked about before the run fails, so that the next run begins with another. Throws where the service asks to be left alone.
 */
export async function* factsOneByOne(
  run: Pick<TaskRun<unknown>, 'db' | 'now'>,
  asked: FactService,
  ask: (paper: AskedPaper) => Promise<Learnt>,
): AsyncGenerator<HarvestPage> {
  for (const paper of await papersOfRun(run, asked)) {
    let learnt: Learnt = { outcomes: [] }
    let failure: Error | null = null
    try {
      learnt = await ask(paper)
    } catch (error) {
      const isTheirs = error instanceof ServiceAway || error instanceof SourceTrouble
      if (!isTheirs || error.retryAt !== null) throw error
      failure = error
    }
    const { outcomes, etag = null } = learnt
    yield pageOfFacts(run, { service: asked.service, papers: [{ id: paper.id, etag }], outcomes })
    if (failure) throw failure
  }
}

/** What is said of one paper, as outcomes: a statement, none, or an answer that cannot be read. */
export function factOutcomes<T>(
  said: Said<T>,
  position: string,
  statementOf: (value: T) => HarvestedPaper | null,
): HarvestOutcome[] {
  if (said.kind === 'unreadable') return [{ ok: false, position, reason: said.reason, record: said.text }]
  const paper = said.kind === 'known' ? statementOf(said.value) : null
  return paper ? [{ ok: true, position, paper }] : []
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
