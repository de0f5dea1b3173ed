import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { countVotes } from './count-votes.ts'
import { heatOf, OF_SITE, replayHeat, STANDS } from './signals.ts'

/** A paper whose stored ranking is not what its events make it. */
export type HeatDifference = {
  paperId: number
  address: string
  what: string
  stored: number
  replayed: number
}

export type HeatCheck = {
  papers: number
  events: number
  /** The greatest difference of a stored heat from its replay. */
  greatest: number
  differences: HeatDifference[]
}

/** Heats are sums in floating point, and the order of adding changes their last digits. */
const HEAT_TOLERANCE = 1e-9
/** The votes of a day at another site are one event, in whose weight is what is less than a millisecond of its time. */
export const ATTENTION_TOLERANCE = 1e-8
const BATCH = 2_000
const MOST_DIFFERENCES = 1_000

/**
 * Replays the events of all papers and compares what they make of them with what is stored: heat to 1e-9, the sum of
 * weights to 1e-8 of itself, counts and points of votes exactly. Reads one state of the database, and changes nothing.
 */
export async function verifyHeat(
  db: Kysely<Database>,
  { onProgress = () => {} }: { onProgress?: (papers: number) => void } = {},
): Promise<HeatCheck> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      const check: HeatCheck = { papers: 0, events: 0, greatest: 0, differences: [] }
      for (let after = 0; ;) {
        const papers = await trx
          .selectFrom('papers')
          .select(['id', 'address', 'heat', 'attention', 'votes', 'vote_points'])
          .where('id', '>', after)
          .orderBy('id')
          .limit(BATCH)
          .execute()
        const last = papers.at(-1)
        if (!last) return check
        const events = await trx
          .selectFrom('signals as s')
          .select(['paper_id', 'weight', 'at', 'kind', 'origin', 'amount'])
          .where('paper_id', '>', after)
          .where('paper_id', '<=', last.id)
          .where(STANDS)
          .orderBy('s.id')
          .execute()
        const votes = await trx
          .selectFrom('votes')
          .select([
            'paper_id',
            sql<number>`count(*)::int`.as('votes'),
            sql<number>`sum(points)::int`.as('points'),
          ])
          .where('paper_id', '>', after)
          .where('paper_id', '<=', last.id)
          .groupBy('paper_id')
          .execute()
        const eventsOf = Map.groupBy(events, (event) => event.paper_id)
        const votesOf = new Map(votes.map((row) => [row.paper_id, row]))
        for (const paper of papers) {
          const own = eventsOf.get(paper.id) ?? []
          const { heat, attention } = heatOf(own)
          const counted = votesOf.get(paper.id)
          const elsewhere = own.filter(({ kind, origin }) => kind === 'vote' && origin.startsWith(OF_SITE))
          const votesElsewhere = elsewhere.reduce((sum, { amount }) => sum + amount, 0)
          const pointsElsewhere = elsewhere.reduce((sum, { weight }) => sum + Math.round(weight * 10), 0)
          if (heat !== paper.heat) check.greatest = Math.max(check.greatest, Math.abs(heat - paper.heat))
          const compare = (what: string, stored: number, replayed: number, tolerance: number) => {
            if (stored === replayed || Math.abs(stored - replayed) <= tolerance) return
            if (check.differences.length < MOST_DIFFERENCES)
              check.differences.push({ paperId: paper.id, address: paper.address, what, stored, replayed })
          }
          compare('heat', paper.heat, heat, HEAT_TOLERANCE)
          compare('attention', paper.attention, attention, ATTENTION_TOLERANCE * Math.max(1, attention))
          compare('votes', paper.votes, (counted?.votes ?? 0) + votesElsewhere, 0)
          compare('points', paper.vote_points, (counted?.points ?? 0) + pointsElsewhere, 0)
        }
        check.papers += papers.length
        check.events += events.length
        after = last.id
        onProgress(check.papers)
      }
    })
}

/** Makes the stored ranking of papers what their events and votes say. */
export async function repairHeat(db: Kysely<Database>, differences: HeatDifference[]): Promise<void> {
  for (const paperId of new Set(differences.map((difference) => difference.paperId))) {
    await inTransaction(db, async (trx) => {
      await replayHeat(trx, [paperId])
      await countVotes(trx, [paperId])
    })
  }
}
