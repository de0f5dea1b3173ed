import { sql, type Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'
import { inTransaction } from '../../db/transaction.ts'
import { driveInTurns } from '../../runtime/in-turns.ts'
import type { Electorate } from './ballots.ts'
import { accountsIn, papersIn, type Evidence } from './evidence.ts'
import { findGroups, isCovered, PAIR_PAPERS, RING_PAPERS, type Pair, type Ring } from './rings.ts'
import { accountsWithin, MOST_FINDINGS, papersWithin, toSuspectVote, type Span } from './span.ts'

/**
 * A paper for which more than a fifth of all who vote did, or more than 200, is popular: voting for it together with others
 * says nothing. Where few vote, 30 are no crowd.
 */
const POPULAR = { part: 0.2, least: 30, most: 200 }
/**
 * How many meetings of two at one paper are counted, from the papers with the fewest votes on: they say most, and the work
 * stays the same however many votes there are.
 */
const MOST_MEETINGS = 2_000_000
/** The pairs that one run takes into memory, the most remarkable first. */
const MOST_PAIRS = 10_000

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

/** The rings that vote together, at whatever pace, and were not found before. */
export async function findRings(db: Kysely<Database>, span: Span, earlier: Evidence[]): Promise<Evidence[]> {
  const looking = { ...span, popular: await popularFrom(db, span) }
  const pairs = await pairsWithin(db, looking)
  if (pairs.length === 0) return []
  const rings = await groupsAmong(db, looking, pairs)
  const known = earlier.map((evidence) => ({ members: accountsIn(evidence), paperIds: papersIn(evidence) }))
  const found: Evidence[] = []
  for (const ring of rings.toSorted((a, b) => b.surprise - a.surprise).slice(0, MOST_FINDINGS))
    if (!isCovered({ members: ring.members, paperIds: ring.papers }, known))
      found.push(await ringEvidence(db, span, ring))
  return found
}

/** The most votes that a paper has without being popular. */
async function popularFrom(db: Kysely<Database>, { since, now }: Span): Promise<number> {
  const { rows } = await sql<{ voters: number }>`
    select count(distinct reader_id)::int as voters from votes where voted_at > ${since} and voted_at <= ${now}`.execute(
    db,
  )
  const { part, least, most } = POPULAR
  return Math.round(Math.min(most, Math.max(least, part * (rows[0]?.voters ?? 0))))
}

type Looking = Span & { popular: number }

/** Pairs of accounts that voted for the same papers, not popular ones. */
async function pairsWithin(db: Kysely<Database>, { since, now, popular }: Looking): Promise<Pair[]> {
  return inTransaction(db, async (trx) => {
    // Of what windows count the planner knows nothing: guessing few rows it would compare every vote with every other.
    await sql`set local enable_nestloop = off`.execute(trx)
    await sql`set local work_mem = '64MB'`.execute(trx)
    // The longer two ballots are, the more easily they meet; the more votes a paper has, the less it says.
    const { rows } = await sql<Pair>`
      with recent as materialized (
        select paper_id, reader_id, count(*) over (partition by paper_id) as of_paper,
          count(*) over (partition by reader_id) as of_reader, count(*) over () as of_all
        from votes where voted_at > ${since} and voted_at <= ${now}
      ), looked_at as materialized (
        select * from recent where of_paper between 2 and ${popular} and of_reader >= ${RING_PAPERS}
      ), papers as (
        select paper_id, sum(count(*) * (count(*) - 1) / 2) over (order by count(*), paper_id) as meetings
        from looked_at group by paper_id
      ), within as materialized (
        select looked_at.* from looked_at join papers using (paper_id) where meetings <= ${MOST_MEETINGS}
      )
      select a.reader_id as a, b.reader_id as b
      from within a join within b using (paper_id)
      where a.reader_id < b.reader_id
      group by 1, 2 having count(*) >= ${PAIR_PAPERS}
      order by sum(ln(a.of_all::float8 / a.of_paper)) - count(*) * ln(least(max(a.of_reader), max(b.of_reader))) desc
      limit ${MOST_PAIRS}
    `.execute(trx)
    return rows
  })
}

async function groupsAmong(
  db: Kysely<Database>,
  { since, now, popular }: Looking,
  pairs: Pair[],
): Promise<Ring[]> {
  const readerIds = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))]
  const { rows: votes } = await sql<{ readerId: string; paperId: number; at: number; ofPaper: number }>`
    with papers as materialized (
      select paper_id, count(*)::int as votes from votes where voted_at > ${since} and voted_at <= ${now} group by 1
    )
    select v.reader_id as "readerId", v.paper_id as "paperId", p.votes as "ofPaper",
      (extract(epoch from v.voted_at) * 1000)::float8 as at
    from votes v join papers p using (paper_id)
    where p.votes <= ${popular} and v.reader_id = any(${readerIds}::uuid[]) and v.voted_at > ${since} and v.voted_at <= ${now}
    order by v.voted_at, v.paper_id, v.reader_id
  `.execute(db)
  const { rows } = await sql<{ total: number; voters: number }>`
    select count(*) filter (where of_paper <= ${popular})::int as total, count(distinct reader_id)::int as voters
    from (select reader_id, count(*) over (partition by paper_id) as of_paper
      from votes where voted_at > ${since} and voted_at <= ${now}) cast_votes`.execute(db)
  const electorate: Electorate = {
    votesFor: new Map(votes.map(({ paperId, ofPaper }) => [paperId, ofPaper])),
    total: rows[0]?.total ?? 0,
    voters: rows[0]?.voters ?? 0,
  }
  let rings: Ring[] = []
  await driveInTurns(
    (function* () {
      rings = yield* findGroups(pairs, { votes, electorate })
    })(),
  )
  return rings
}

async function ringEvidence(db: Kysely<Database>, span: Span, ring: Ring): Promise<Evidence> {
  const votes = await db
    .selectFrom('votes')
    .select(['paper_id as paperId', 'reader_id as readerId', 'voted_at as at'])
    .where('reader_id', 'in', ring.members)
    .where('paper_id', 'in', ring.papers)
    .where('voted_at', '>', span.since)
    .where('voted_at', '<=', span.now)
    .orderBy('voted_at')
    .execute()
  const byPaper = Map.groupBy(votes, ({ paperId }) => paperId)
  const papers = await papersWithin(db, span, ring.papers)
  const { likeness, share, surprise } = ring
  return {
    kind: 'ring',
    accounts: await accountsWithin(db, span, ring.members),
    papers: papers.map((paper) => ({
      ...paper,
      theirs: (byPaper.get(paper.paperId) ?? []).map(toSuspectVote),
    })),
    figures: { likeness, share, surprise },
  }
}
