import { sql, type Kysely } from 'kysely'
import type { Database } from '../../src/db/schema.ts'
import { parseAddress } from '../../src/papers/identifiers.ts'
import { addHeat, attentionAt, eventHeat, WEIGHTS } from '../../src/ranking/heat.ts'
import { rankedIds } from '../../src/ranking/lists.ts'
import { recordSignals } from '../../src/ranking/signals.ts'
import { verifyHeat } from '../../src/ranking/verify-heat.ts'
import { recordHarvest } from '../../src/sources/record-harvest.ts'
import { DAY_MS, HOUR_MS, type ListedPaper, type Upvote } from './events.ts'

export type Consistency = {
  events: number
  batches: number
  /** The greatest difference of a heat kept by additions in the database, from … */
  fromReplay: number
  /** … the same events added in the opposite order; */
  fromReverse: number
  /** … the sum by its definition, in one go. */
  fromDefinition: number
  /** Neighbours of the list of the hottest that stand the other way round later: `days` after the last event. */
  turned: { days: number; pairs: number }[]
  listed: number
}

const LATER_DAYS = [1, 7, 30, 365]

/**
 * Records the upvotes as the product does, an hour's at a time as they come in, and compares the heat that was kept by
 * additions with what the events make when they are all there.
 */
export async function checkConsistency(
  db: Kysely<Database>,
  { papers, upvotes }: { papers: ListedPaper[]; upvotes: Upvote[] },
): Promise<Consistency> {
  const ids = await recordPapers(db, papers)
  const batches = Map.groupBy(upvotes.entries(), ([, { at }]) => Math.floor(at / HOUR_MS))
  for (const [hour, batch] of batches) {
    const signals = batch.map(([number, { paper, at }]) => ({
      paperId: ids[paper] ?? 0,
      kind: 'upvote' as const,
      origin: 'bench',
      originKey: String(number),
      amount: 1,
      weight: WEIGHTS.upvote,
      at: new Date(at),
    }))
    await db.transaction().execute(async (trx) => {
      // All of it is thrown away in the end.
      await sql`set local synchronous_commit = off`.execute(trx)
      await recordSignals(trx, signals, { now: new Date((hour + 1) * HOUR_MS) })
    })
  }
  const rows = await db.selectFrom('papers').select(['id', 'heat']).execute()
  const kept = new Map(rows.map(({ id, heat }) => [id, heat]))
  const eventsOf = Map.groupBy(upvotes, ({ paper }) => paper)
  let [fromReverse, fromDefinition] = [0, 0]
  for (const [paper, events] of eventsOf) {
    const heat = kept.get(ids[paper] ?? 0) ?? NaN
    const heats = events.map(({ at }) => eventHeat(WEIGHTS.upvote, new Date(Math.floor(at))))
    fromReverse = Math.max(fromReverse, Math.abs(heat - heats.toReversed().reduce(addHeat, -Infinity)))
    fromDefinition = Math.max(fromDefinition, Math.abs(heat - heatByDefinition(heats)))
  }
  const replayed = await verifyHeat(db)
  const hottest = await rankedIds(db, 'hot', papers.length)
  const last = upvotes.at(-1)?.at ?? 0
  return {
    events: replayed.events,
    batches: batches.size,
    fromReplay: replayed.greatest,
    fromReverse,
    fromDefinition,
    turned: LATER_DAYS.map((days) => ({
      days,
      pairs: turnedPairs(
        hottest.map((id) => kept.get(id) ?? -Infinity),
        new Date(last + days * DAY_MS),
      ),
    })),
    listed: hottest.length,
  }
}

/** log2 of the sum, with the largest taken out so that the powers stay in range. */
function heatByDefinition(heats: number[]): number {
  const largest = Math.max(...heats)
  return largest + Math.log2(heats.reduce((sum, heat) => sum + 2 ** (heat - largest), 0))
}

/** Of a list by falling heat: how many neighbours have the attention of that instant the other way round. */
function turnedPairs(heats: number[], at: Date): number {
  const attention = heats.map((heat) => attentionAt(heat, at))
  return attention.slice(1).filter((value, i) => value > (attention[i] ?? Infinity)).length
}

/** Records papers that have nothing but an identifier and a title; answers their numbers in the database. */
async function recordPapers(db: Kysely<Database>, papers: ListedPaper[]): Promise<number[]> {
  const recorded = await recordHarvest(
    db,
    papers.map(({ id }) => {
      const identifier = parseAddress(id)?.identifier
      if (!identifier) throw new Error(`${id} is no identifier of a paper`)
      return { source: 'jsonl' as const, identifiers: [identifier], title: `Paper ${id}` }
    }),
    { now: new Date(papers[0]?.listedAt ?? 0), timeZone: 'UTC' },
  )
  return recorded.map(({ paperId }) => paperId)
}
