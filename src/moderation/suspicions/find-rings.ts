import { sql, type Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'
import { inTransaction } from '../../db/transaction.ts'
import { accountsIn, papersIn, type Evidence } from './evidence.ts'
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
} from './rings.ts'
import { accountsWithin, MOST_FINDINGS, papersWithin, toSuspectVote, type Span } from './span.ts'

/**
 * A paper with more votes is popular: who votes for it together with others says nothing. It bounds the work, too: a paper
 * has no more pairs than this squared.
 */
const POPULAR = 200
/** The pairs that one run takes into memory, those that met most often first. */
const MOST_PAIRS = 50_000

/** The rings that were found before, as far as their votes are still looked at. */
export async function earlierRings(db: Kysely<Database>, { since }: Span): Promise<Evidence[]> {
  const rows = await db
    .selectFrom('suspicions')
    .select('evidence')
    .where('kind', '=', 'ring')
    .where('found_at', '>', since)
    .execute()
  return rows.map((row) => row.evidence as Evidence)
}

/** The rings that vote together now and were not found before. */
export async function findRings(db: Kysely<Database>, span: Span, earlier: Evidence[]): Promise<Evidence[]> {
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
  return inTransaction(db, async (trx) => {
    // Of what windows count the planner knows nothing: guessing few rows it would compare every vote with every other.
    await sql`set local enable_nestloop = off`.execute(trx)
    await sql`set local work_mem = '64MB'`.execute(trx)
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
