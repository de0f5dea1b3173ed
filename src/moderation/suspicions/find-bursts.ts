import { sql, type Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'
import {
  AROUND_MS,
  BURST_MS,
  BURST_VOTES,
  burstsAmong,
  YOUNG_MS,
  type Burst,
  type BurstWindow,
} from './bursts.ts'
import type { Evidence } from './evidence.ts'
import { accountsWithin, MOST_FINDINGS, papersWithin, toSuspectVote, type Span } from './span.ts'

/** Accounts of one burst that are laid out. */
const MOST_ACCOUNTS = 200

/** The bursts that are out of the ordinary. */
export async function findBursts(db: Kysely<Database>, span: Span): Promise<Evidence[]> {
  const windows = await busiestWindows(db, span)
  if (windows.length === 0) return []
  const { rows } = await sql<{ slot: number; votes: number; young: number }>`
    select floor(extract(epoch from v.voted_at) * 1000 / ${BURST_MS})::float8 * ${BURST_MS} as slot,
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
  const { rows } = await sql<BurstWindow>`
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
