import { randomUUID } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { eventHeat, VOTE_POINTS, WEIGHTS } from './heat.ts'
import { takeBackSignal } from './signals.ts'

/** Who votes: what they weigh is decided when they do. */
export type VotingReader = { id: string; trusted: boolean }

export type VoteOutcome =
  /** `votes`: how many the paper has now. */
  { ok: true; voted: boolean; votes: number } | { ok: false; kind: 'no-paper' | 'own-paper' }

/**
 * Votes for a paper: one vote a reader, however often it is cast. The vote, its event and the paper's heat go in with
 * one statement, so that what was acknowledged counts once and for good. Who wrote a paper cannot vote for it.
 */
export async function castVote(
  db: Kysely<Database>,
  { paperId, voter, now }: { paperId: number; voter: VotingReader; now: Date },
): Promise<VoteOutcome> {
  const points = voter.trusted ? VOTE_POINTS.vote : VOTE_POINTS.newVote
  const weight = voter.trusted ? WEIGHTS.vote : WEIGHTS.newVote
  const { rows } = await sql<{ open: boolean | null; votes: number | null }>`
    with paper as (
      select id, not exists (
        select from authorship_claims where paper_id = ${paperId} and reader_id = ${voter.id} and state = 'confirmed'
      ) as open
      from papers where id = ${paperId} and not hidden
    ), vote as (
      insert into votes (paper_id, reader_id, event, points, voted_at)
      select id, ${voter.id}, ${randomUUID()}, ${points}, ${now} from paper where open
      on conflict do nothing
      returning paper_id, event
    ), event as (
      insert into signals (paper_id, kind, origin, origin_key, amount, weight, at, recorded_at)
      select paper_id, 'vote', 'reader', event::text, 1, ${weight}, ${now}, ${now} from vote
      returning paper_id
    ), heated as (
      update papers p set votes = votes + 1, vote_points = vote_points + ${points},
        heat = heat_sum(heat, ${eventHeat(weight, now)}), attention = attention + ${weight}
      from event where p.id = event.paper_id
      returning p.votes
    )
    select (select open from paper) as open,
      coalesce((select votes from heated), (select votes from papers where id = ${paperId})) as votes
  `.execute(db)
  const row = rows[0]
  if (!row || row.open === null || row.votes === null) return { ok: false, kind: 'no-paper' }
  return row.open ? { ok: true, voted: true, votes: row.votes } : { ok: false, kind: 'own-paper' }
}

/** Takes a reader's vote back; without one nothing happens. */
export async function takeBackVote(
  db: Kysely<Database>,
  { paperId, readerId, now }: { paperId: number; readerId: string; now: Date },
): Promise<VoteOutcome> {
  return inTransaction(db, async (trx) => {
    await removeVote(trx, { paperId, readerId, now })
    const paper = await trx.selectFrom('papers').select('votes').where('id', '=', paperId).executeTakeFirst()
    return paper ? { ok: true, voted: false, votes: paper.votes } : { ok: false, kind: 'no-paper' }
  })
}

/** Takes back all that a reader voted for; answers how many. */
export async function takeBackAllVotes(
  trx: Transaction<Database>,
  { readerId, now }: { readerId: string; now: Date },
): Promise<number> {
  const votes = await trx
    .selectFrom('votes')
    .select('paper_id')
    .where('reader_id', '=', readerId)
    // In one order everywhere, so that two who do so cannot wait for each other.
    .orderBy('paper_id')
    .execute()
  for (const { paper_id: paperId } of votes) await removeVote(trx, { paperId, readerId, now })
  return votes.length
}

/** Takes a vote back in the caller's transaction. */
export async function removeVote(
  trx: Transaction<Database>,
  { paperId, readerId, now }: { paperId: number; readerId: string; now: Date },
): Promise<void> {
  const vote = await trx
    .deleteFrom('votes')
    .where('paper_id', '=', paperId)
    .where('reader_id', '=', readerId)
    .returning(['event', 'points'])
    .executeTakeFirst()
  if (!vote) return
  await takeBackSignal(
    trx,
    { paperId, kind: 'vote', origin: 'reader', originKey: vote.event },
    { now, besides: { votes: sql`votes - 1`, vote_points: sql`vote_points - ${vote.points}` } },
  )
}
