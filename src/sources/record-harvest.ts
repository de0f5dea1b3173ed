import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import { recordPapers, type Recorded } from '../papers/record.ts'
import { listingWeight, WEIGHTS } from '../ranking/heat.ts'
import { countedUpvotes, recordSignals, replayHeat, type Signal } from '../ranking/signals.ts'

/** The channel on which every process hears that papers have changed. */
export const PAPERS_CHANGED = 'papers_changed'

/**
 * Records a batch of harvested papers in one transaction: their facts, and the attention they have drawn elsewhere.
 * What it acknowledges is on disk; the same batch again changes nothing. Answers one outcome for each, in order.
 */
export async function recordHarvest(
  db: Kysely<Database>,
  papers: HarvestedPaper[],
  { now, timeZone }: { now: Date; timeZone: string },
): Promise<Recorded[]> {
  if (papers.length === 0) return []
  return db.transaction().execute(async (trx) => {
    const { recorded, united } = await recordPapers(trx, papers, { now, timeZone })
    const counted = await countedUpvotes(
      trx,
      papers.flatMap((paper, index) => (paper.upvotes ? [paperIdAt(recorded, index)] : [])),
    )
    const signals = papers.flatMap((paper, index) => signalsOf(paper, paperIdAt(recorded, index), counted))
    const heated = await recordSignals(trx, signals, { now })
    await replayHeat(trx, united)
    const outcomes = recorded.map((record) =>
      record.outcome === 'unchanged' && heated.has(record.paperId)
        ? { ...record, outcome: 'updated' as const }
        : record,
    )
    if (outcomes.some(({ outcome }) => outcome !== 'unchanged'))
      await sql`select pg_notify(${PAPERS_CHANGED}, '')`.execute(trx)
    return outcomes
  })
}

/** The events in a harvested paper; upvotes count only as far as they exceed those counted before. */
function signalsOf(paper: HarvestedPaper, paperId: number, counted: Map<string, number>): Signal[] {
  const signals: Signal[] = []
  const origin = paper.source
  // Who submits a paper does not heat it by that.
  if (paper.listing && origin !== 'submission') {
    signals.push({
      paperId,
      kind: 'listing',
      // The sample edition is a page of trending papers: its listing and that page's own are one event.
      origin: origin === 'sample' ? 'page' : origin,
      originKey: paper.listing.date,
      amount: 1,
      weight: listingWeight(paper.listing),
      at: new Date(`${paper.listing.date}T12:00:00Z`),
    })
  }
  if (paper.upvotes) {
    const key = `${paperId} ${origin}`
    const before = counted.get(key) ?? 0
    const amount = paper.upvotes.total - before
    if (amount > 0) {
      counted.set(key, paper.upvotes.total)
      signals.push({
        paperId,
        kind: 'upvote',
        origin,
        originKey: String(paper.upvotes.total),
        amount,
        weight: amount * WEIGHTS.upvote,
        // The first count gathered since the paper was listed; later ones by when they were seen.
        at: new Date(before === 0 ? paper.upvotes.since : paper.upvotes.observedAt),
      })
    }
  }
  return signals
}

function paperIdAt(recorded: Recorded[], index: number): number {
  const record = recorded[index]
  if (!record) throw new Error('a statement was recorded without an outcome')
  return record.paperId
}
