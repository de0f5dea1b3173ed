import { createHash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { plainText } from '../papers/typeset.ts'
import {
  AROUND_MS,
  BURST_MS,
  BURST_VOTES,
  burstsAmong,
  SLOT_MS,
  YOUNG_MS,
  type Burst,
} from './suspicions/bursts.ts'
import { accountsIn, papersIn, type Evidence, type SuspectVote } from './suspicions/evidence.ts'
import {
  arrangedPairs,
  CLOSE_MS,
  isCovered,
  LEAST_SHARE,
  PAIR_PAPERS,
  ringsOf,
  sharedPapers,
  type Pair,
  type Ring,
} from './suspicions/rings.ts'

/** Votes are looked at for so long: what is older hardly ranks any more. */
const LOOKED_AT_MS = 14 * 24 * 3_600_000
/** A paper with more votes is popular: who votes for it together with others says nothing. */
const POPULAR = 500
/** Bounds on what one run takes into memory and lays before curators; the most striking come first. */
const MOST_PAIRS = 50_000
const MOST_FINDINGS = 50
const MOST_ACCOUNTS = 200

type Span = { since: Date; now: Date }

/**
 * Looks for votes of the last 14 days that seem arranged, and keeps what it finds for the curators: nothing happens by
 * itself. Found again, a finding is not new. Answers how many are new.
 */
export async function findSuspicions(db: Kysely<Database>, { now }: { now: Date }): Promise<number> {
  const span = { since: new Date(now.getTime() - LOOKED_AT_MS), now }
  const earlier = await earlierRings(db, span)
  const rings = await findRings(db, span, earlier)
  const known = [...earlier, ...rings].map((ring) => new Set(accountsIn(ring)))
  // What a ring does at once is its burst: one finding is enough.
  const bursts = (await findBursts(db, span)).filter((burst) => {
    const theirs = accountsIn(burst)
    return !known.some((ring) => theirs.filter((id) => ring.has(id)).length * 2 >= theirs.length)
  })
  let found = 0
  for (const evidence of [...rings, ...bursts]) {
    // More may have come meanwhile to what no curator has decided on.
    const { rows } = await sql<{ is_new: boolean }>`
      insert into suspicions as s (key, kind, evidence, found_at)
      values (${keyOf(evidence)}, ${evidence.kind}, ${JSON.stringify(evidence)}, ${now})
      on conflict (key) do update set evidence = excluded.evidence where s.settled_at is null
      returning xmax = 0 as is_new
    `.execute(db)
    if (rows[0]?.is_new) found++
  }
  return found
}

/** Names a finding: a ring by who votes for what, a burst by its paper and its day. */
function keyOf(evidence: Evidence): string {
  const named =
    evidence.kind === 'ring'
      ? [...accountsIn(evidence), ...papersIn(evidence)]
      : [evidence.paper.paperId, evidence.from.slice(0, 10)]
  return createHash('sha256')
    .update(JSON.stringify([evidence.kind, named]))
    .digest('hex')
}

async function earlierRings(db: Kysely<Database>, { since }: Span): Promise<Evidence[]> {
  const rows = await db
    .selectFrom('suspicions')
    .select('evidence')
    .where('kind', '=', 'ring')
    .where('found_at', '>', since)
    .execute()
  return rows.map((row) => row.evidence as Evidence)
}

async function findRings(db: Kysely<Database>, span: Span, earlier: Evidence[]): Promise<Evidence[]> {
  const pairs = await pairsWithin(db, span)
  if (pairs.length === 0) return []
  const { voters, total } = await votersWithin(db, span, [...new Set(pairs.flatMap(({ a, b }) => [a, b]))])
  const rings = ringsOf(arrangedPairs(pairs, { voters, total }))
    .toSorted((a, b) => b.surprise - a.surprise)
    .slice(0, MOST_FINDINGS)
  const known = earlier.map((evidence) => ({ members: accountsIn(evidence), paperIds: papersIn(evidence) }))
  const found: Evidence[] = []
  for (const ring of rings) {
    const evidence = await ringEvidence(db, span, ring)
    if (!evidence || evidence.figures.share < LEAST_SHARE) continue
    if (!isCovered({ members: ring.members, paperIds: papersIn(evidence) }, known)) found.push(evidence)
  }
  return found
}

/** Pairs of accounts that voted for the same papers, not popular ones, shortly after one another. */
async function pairsWithin(db: Kysely<Database>, { since, now }: Span): Promise<Pair[]> {
  // Votes meet in slots as long as "shortly" is: each looks into its own, the one before and the one after.
  return db.transaction().execute(async (trx) => {
    // Of what windows count the planner knows nothing: guessing few rows it would compare every vote with every other.
    await sql`set local enable_nestloop = off`.execute(trx)
    const { rows } = await sql<Pair>`
    with recent as materialized (
      select paper_id, reader_id, voted_at, floor(extract(epoch from voted_at) * 1000 / ${CLOSE_MS})::bigint as slot,
        count(*) over (partition by paper_id) as of_paper, count(*) over (partition by reader_id) as of_reader
      from votes where voted_at > ${since} and voted_at <= ${now}
    ), looked_at as materialized (
      select * from recent where of_paper between 2 and ${POPULAR} and of_reader >= ${PAIR_PAPERS}
    )
    select a.reader_id as a, b.reader_id as b, count(*)::int as together
    from (select paper_id, reader_id, voted_at, slot + d as slot from looked_at, generate_series(-1, 1) d) a
    join looked_at b using (paper_id, slot)
    where a.reader_id < b.reader_id
      and abs(extract(epoch from a.voted_at - b.voted_at)) * 1000 <= ${CLOSE_MS}
    group by 1, 2 having count(*) >= ${PAIR_PAPERS}
    order by 3 desc limit ${MOST_PAIRS}
  `.execute(trx)
    return rows
  })
}

/** How much some accounts vote and how popular what they vote for is; and how many votes there are in all. */
async function votersWithin(db: Kysely<Database>, { since, now }: Span, readerIds: string[]) {
  const { rows } = await sql<{ reader_id: string; votes: number; popularity: number; total: number }>`
    with papers as materialized (
      select paper_id, count(*) as votes from votes where voted_at > ${since} and voted_at <= ${now} group by 1
    )
    select v.reader_id, count(*)::int as votes, sum(p.votes)::float8 as popularity,
      (select sum(votes)::float8 from papers) as total
    from votes v join papers p using (paper_id)
    where v.reader_id = any(${readerIds}::uuid[]) and v.voted_at > ${since} and v.voted_at <= ${now}
    group by 1
  `.execute(db)
  return {
    voters: new Map(rows.map(({ reader_id: id, votes, popularity }) => [id, { votes, popularity }])),
    total: rows[0]?.total ?? 0,
  }
}

async function ringEvidence(db: Kysely<Database>, span: Span, ring: Ring) {
  const votes = await db
    .selectFrom('votes')
    .select(['paper_id as paperId', 'reader_id as readerId', 'voted_at as at'])
    .where('reader_id', 'in', ring.members)
    .where('voted_at', '>', span.since)
    .where('voted_at', '<=', span.now)
    .orderBy('voted_at')
    .execute()
  const shared = sharedPapers(votes, { members: ring.members.length })
  if (shared.size < PAIR_PAPERS) return null
  const papers = (await papersWithin(db, span, [...shared.keys()])).map((paper) => ({
    ...paper,
    theirs: (shared.get(paper.paperId) ?? []).map(toSuspectVote),
  }))
  const theirs = papers.reduce((sum, paper) => sum + paper.theirs.length, 0)
  const all = papers.reduce((sum, paper) => sum + paper.votes, 0)
  return {
    kind: 'ring' as const,
    accounts: await accountsWithin(db, span, ring.members),
    papers,
    figures: { likeness: ring.likeness, surprise: ring.surprise, share: theirs / all },
  }
}

async function findBursts(db: Kysely<Database>, span: Span): Promise<Evidence[]> {
  const windows = await busiestWindows(db, span)
  if (windows.length === 0) return []
  const { rows } = await sql<{ slot: number; votes: number; young: number }>`
    select floor(extract(epoch from v.voted_at) * 1000 / ${SLOT_MS})::float8 * ${SLOT_MS} as slot,
      count(*)::int as votes, count(*) filter (where ${IS_YOUNG})::int as young
    from votes v join readers r on r.id = v.reader_id
    where v.voted_at > ${span.since} and v.voted_at <= ${span.now} group by 1
  `.execute(db)
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
  const bursts = burstsAmong(windows, {
    slots: new Map(rows.map(({ slot, votes }) => [slot, votes])),
    all: { votes: sum(rows.map(({ votes }) => votes)), young: sum(rows.map(({ young }) => young)) },
  })
    .toSorted((a, b) => b.votes - a.votes)
    .slice(0, MOST_FINDINGS)
  const found: Evidence[] = []
  for (const burst of bursts) {
    const evidence = await burstEvidence(db, span, burst)
    if (evidence) found.push(evidence)
  }
  return found
}

const IS_YOUNG = sql<boolean>`v.voted_at - r.created_at < ${YOUNG_MS} * interval '1 millisecond'`

/** Of each paper with a burst, its busiest half hour, and the one in which most young accounts voted. */
async function busiestWindows(db: Kysely<Database>, { since, now }: Span) {
  const windows = sql`
    select paper_id as "paperId", voted_at as "from", votes::int, young::int, around::int
    from windows where votes >= ${BURST_VOTES}`
  const { rows } = await sql<{
    paperId: number
    from: Date
    votes: number
    young: number
    around: number
  }>`
    with windows as materialized (
      select v.paper_id, v.voted_at, count(*) over half_hour as votes, count(*) filter (where ${IS_YOUNG}) over half_hour as young,
        count(*) over day as around
      from votes v join readers r on r.id = v.reader_id
      where v.voted_at > ${since} and v.voted_at <= ${now}
      window half_hour as (partition by v.paper_id order by v.voted_at
          range between current row and ${`${BURST_MS} milliseconds`}::interval following),
        day as (partition by v.paper_id order by v.voted_at
          range between ${`${AROUND_MS} milliseconds`}::interval preceding and ${`${AROUND_MS} milliseconds`}::interval following)
    )
    (select distinct on ("paperId") * from (${windows}) w order by "paperId", votes desc, "from")
    union
    (select distinct on ("paperId") * from (${windows}) w order by "paperId", young desc, "from")
  `.execute(db)
  return rows
}

async function burstEvidence(db: Kysely<Database>, span: Span, burst: Burst): Promise<Evidence | null> {
  const to = new Date(burst.from.getTime() + BURST_MS)
  // Where young accounts are what is suspicious, the others have nothing to do with it.
  const votes = await db
    .selectFrom('votes as v')
    .innerJoin('readers as r', 'r.id', 'v.reader_id')
    .select(['v.reader_id as readerId', 'v.voted_at as at'])
    .where('v.paper_id', '=', burst.paperId)
    .where('v.voted_at', '>=', burst.from)
    .where('v.voted_at', '<=', to)
    .$if(burst.because === 'young', (query) => query.where(IS_YOUNG))
    .orderBy('v.voted_at')
    .limit(MOST_ACCOUNTS)
    .execute()
  const [paper] = await papersWithin(db, span, [burst.paperId])
  if (!paper) return null
  const { expected, young, youngUsually, because } = burst
  return {
    kind: 'burst',
    accounts: await accountsWithin(
      db,
      span,
      votes.map(({ readerId }) => readerId),
    ),
    paper: { ...paper, theirs: votes.map(toSuspectVote) },
    from: burst.from.toISOString(),
    to: to.toISOString(),
    figures: { votes: burst.votes, young, youngUsually, expected, because },
  }
}

function toSuspectVote({ readerId, at }: { readerId: string; at: Date }): SuspectVote {
  return { readerId, at: at.toISOString() }
}

/** Papers with how many votes they got, in the order of their numbers. */
async function papersWithin(db: Kysely<Database>, { since, now }: Span, paperIds: number[]) {
  const { rows } = await sql<{ paperId: number; title: string; votes: number }>`
    select p.id as "paperId", p.title, (select count(*)::int from votes v
      where v.paper_id = p.id and v.voted_at > ${since} and v.voted_at <= ${now}) as votes
    from papers p where p.id = any(${paperIds}::bigint[]) order by p.id
  `.execute(db)
  return rows.map((row) => ({ ...row, title: plainText(row.title) }))
}

/** Accounts with how many votes they gave, in the order of their ids. */
async function accountsWithin(db: Kysely<Database>, { since, now }: Span, readerIds: string[]) {
  const { rows } = await sql<{ readerId: string; createdAt: Date; votes: number }>`
    select r.id as "readerId", r.created_at as "createdAt", (select count(*)::int from votes v
      where v.reader_id = r.id and v.voted_at > ${since} and v.voted_at <= ${now}) as votes
    from readers r where r.id = any(${readerIds}::uuid[]) order by r.id
  `.execute(db)
  return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }))
}
