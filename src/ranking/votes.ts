import { randomUUID } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { holdForReader, holdPapers } from '../papers/hold.ts'
import { firstActOr, rememberFirstActs, type FirstAct } from './first-acts.ts'
import { eventHeat, WEIGHTS } from './heat.ts'
import { takeBackSignals } from './signals.ts'

/** Who votes: what they weigh is decided when they first do. */
export type VotingReader = { id: string; trusted: boolean }

export type VoteOutcome =
  /** `votes`: how many the paper has now. */
  { ok: true; voted: boolean; votes: number } | { ok: false; kind: 'no-paper' | 'own-paper' }

/**
 * Votes for a paper: one vote a reader, however often it is cast. The vote, its event and the paper's heat go in
 * together, so that what was acknowledged counts once and for good. A vote that was withdrawn and is cast again counts as it
 * did the first time, with its time and weight: else votes could be renewed for ever. Who wrote a paper cannot vote for it. Throws
 * `MayNotAct`, as all that a reader does.
 */
export async function castVote(
  db: Kysely<Database>,
  { paperId, voter, now }: { paperId: number; voter: VotingReader; now: Date },
): Promise<VoteOutcome> {
  const weight = voter.trusted ? WEIGHTS.vote : WEIGHTS.newVote
  return inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId: voter.id, paperId, lock: 'no key update' })
    if (!paper || paper.hidden) return { ok: false, kind: 'no-paper' }
    const first = await firstActOr(trx, {
      paperId: paper.id,
      readerId: voter.id,
      kind: 'vote',
      now: { at: now, weight },
    })
    return insertVote(trx, { paper, voter, first, now })
  })
}

async function insertVote(
  trx: Transaction<Database>,
  {
    paper,
    voter,
    first: { at, weight },
    now,
  }: { paper: { id: number; votes: number }; voter: VotingReader; first: FirstAct; now: Date },
): Promise<VoteOutcome> {
  // In tenths, in which votes are counted: whole numbers add up exactly.
  const points = Math.round(weight * 10)
  const { rows } = await sql<{ own: boolean; votes: number | null }>`
      with author as (
        select from authorship_claims where paper_id = ${paper.id} and reader_id = ${voter.id} and state = 'confirmed'
      ), vote as (
        insert into votes (paper_id, reader_id, event, points, voted_at)
        select ${paper.id}, ${voter.id}, ${randomUUID()}, ${points}, ${at} where not exists (select from author)
        on conflict do nothing
        returning paper_id, event
      ), event as (
        insert into signals (paper_id, kind, origin, origin_key, amount, weight, at, recorded_at)
        select paper_id, 'vote', 'reader', event::text, 1, ${weight}, ${at}, ${now} from vote
        returning paper_id
      ), heated as (
        update papers p set votes = votes + 1, vote_points = vote_points + ${points},
          heat = heat_sum(heat, ${eventHeat(weight, at)}), attention = attention + ${weight}
        from event where p.id = event.paper_id
        returning p.votes
      )
      select exists (select from author) as own, (select votes from heated) as votes
    `.execute(trx)
  if (rows[0]?.own) return { ok: false, kind: 'own-paper' }
  return { ok: true, voted: true, votes: rows[0]?.votes ?? paper.votes }
}

/** Takes a reader's vote back; without one nothing happens. */
export async function takeBackVote(
  db: Kysely<Database>,
  { paperId, readerId, now }: { paperId: number; readerId: string; now: Date },
): Promise<VoteOutcome> {
  return inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId, paperId, lock: 'no key update' })
    if (!paper) return { ok: false, kind: 'no-paper' }
    const removed = await removeVotes(trx, [{ paperId: paper.id, readerId }], { now })
    return { ok: true, voted: false, votes: paper.votes - removed.length }
  })
}

/**
 * Takes back all that a reader voted for; answers how many. The caller holds the lock of recording, so that no vote moves to
 * another paper, and the reader, so that no other comes.
 */
export async function takeBackAllVotes(
  trx: Transaction<Database>,
  { readerId, now }: { readerId: string; now: Date },
): Promise<number> {
  const votes = await trx
    .selectFrom('votes')
    .select('paper_id as paperId')
    .where('reader_id', '=', readerId)
    .execute()
  const removed = await removeVotes(
    trx,
    votes.map(({ paperId }) => ({ paperId, readerId })),
    { now },
  )
  return removed.length
}

/** Takes votes back in the caller's transaction; answers those that were there. */
export async function removeVotes(
  trx: Transaction<Database>,
  votes: { paperId: number; readerId: string }[],
  { now }: { now: Date },
): Promise<{ paperId: number; readerId: string }[]> {
  if (votes.length === 0) return []
  await holdPapers(
    trx,
    votes.map(({ paperId }) => paperId),
    'no key update',
  )
  const { rows } = await sql<{ paperId: number; readerId: string; event: string; points: number }>`
    delete from votes v
    using unnest(${votes.map(({ paperId }) => paperId)}::bigint[], ${votes.map(({ readerId }) => readerId)}::uuid[])
      as gone(paper_id, reader_id)
    where v.paper_id = gone.paper_id and v.reader_id = gone.reader_id
    returning v.paper_id as "paperId", v.reader_id as "readerId", v.event, v.points
  `.execute(trx)
  await rememberFirstActs(
    trx,
    rows.map((vote) => ({ ...vote, kind: 'vote' })),
  )
  const byPaper = Map.groupBy(rows, ({ paperId }) => paperId)
  await takeBackSignals(
    trx,
    rows.map(({ paperId, event }) => ({ paperId, kind: 'vote', origin: 'reader', originKey: event })),
    {
      now,
      uncounted: [...byPaper].map(([paperId, gone]) => ({
        paperId,
        votes: gone.length,
        points: gone.reduce((sum, { points }) => sum + points, 0),
      })),
    },
  )
  return rows.map(({ paperId, readerId }) => ({ paperId, readerId }))
}
