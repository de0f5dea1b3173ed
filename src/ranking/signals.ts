import { sql, type RawBuilder, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { addHeat, eventHeat, withoutHeat } from './heat.ts'

/** Something that drew attention to a paper: an immutable event. `origin` and `originKey` name it once and for all. */
export type Signal = {
  paperId: number
  kind: 'upvote' | 'listing' | 'star' | 'citation' | 'vote' | 'pick' | 'comment'
  origin: string
  originKey: string
  /** How many of the kind the event stands for; its weight is for all of them. */
  amount: number
  weight: number
  at: Date
}

/**
 * Records events and heats their papers by them, in the caller's transaction. An event that is there already has no
 * effect. Answers the numbers of the papers that were heated.
 */
export async function recordSignals(
  trx: Transaction<Database>,
  signals: Signal[],
  { now }: { now: Date },
): Promise<Set<number>> {
  if (signals.length === 0) return new Set()
  const rows = signals.map((s) => ({
    paper_id: s.paperId,
    kind: s.kind,
    origin: s.origin,
    origin_key: s.originKey,
    amount: s.amount,
    weight: s.weight,
    at: s.at,
  }))
  const added = await sql<{ paper_id: number; weight: number; at: Date }>`
    insert into signals (paper_id, kind, origin, origin_key, amount, weight, at, recorded_at)
    select paper_id, kind, origin, origin_key, amount, weight, at, ${now}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(paper_id bigint, kind text, origin text,
      origin_key text, amount double precision, weight double precision, at timestamptz)
    on conflict do nothing
    returning paper_id, weight, at
  `.execute(trx)

  const heats = new Map<number, { heat: number; attention: number }>()
  for (const event of added.rows) {
    // What a count begins with weighs nothing.
    if (event.weight === 0) continue
    const sum = heats.get(event.paper_id) ?? { heat: -Infinity, attention: 0 }
    heats.set(event.paper_id, {
      heat: addHeat(sum.heat, eventHeat(event.weight, event.at)),
      attention: sum.attention + event.weight,
    })
  }
  await sql`
    update papers p set heat = heat_sum(p.heat, r.heat), attention = p.attention + r.attention
    from jsonb_to_recordset(${JSON.stringify([...heats].map(([id, sum]) => ({ id, ...sum })))}::jsonb)
      as r(id bigint, heat double precision, attention double precision)
    where p.id = r.id
  `.execute(trx)
  return new Set(added.rows.map((event) => event.paper_id))
}

/** What was already counted elsewhere for these papers, by paper, kind and origin. */
export async function countedElsewhere(
  trx: Transaction<Database>,
  paperIds: number[],
): Promise<Map<string, number>> {
  if (paperIds.length === 0) return new Map()
  const rows = await trx
    .selectFrom('signals')
    .select(['paper_id', 'kind', 'origin', (eb) => eb.fn.sum<number>('amount').as('total')])
    .where('kind', 'in', ['upvote', 'star', 'citation'])
    .where('paper_id', 'in', paperIds)
    .groupBy(['paper_id', 'kind', 'origin'])
    .execute()
  return new Map(rows.map((row) => [`${row.paper_id} ${row.kind} ${row.origin}`, row.total]))
}

/**
 * Takes an event back, in the caller's transaction: both it and the one that undoes it stay, and neither counts. A second
 * time it has no effect. `besides` is what changes of the paper with it: one change of its row instead of two, each of
 * which touches all its indexes. Answers whether it was there and stood.
 */
export async function takeBackSignal(
  trx: Transaction<Database>,
  { paperId, kind, origin, originKey }: Pick<Signal, 'paperId' | 'kind' | 'origin' | 'originKey'>,
  { now, besides }: { now: Date; besides?: { votes: RawBuilder<number>; vote_points: RawBuilder<number> } },
): Promise<boolean> {
  // The paper's row first: events of a paper are added and taken back one after another.
  const paper = await trx
    .selectFrom('papers')
    .select('heat')
    .where('id', '=', paperId)
    .forUpdate()
    .executeTakeFirst()
  const { rows } = await sql<{ weight: number; at: Date }>`
    insert into signals (paper_id, kind, origin, origin_key, amount, weight, at, recorded_at, takes_back)
    select paper_id, kind, origin, 'not ' || origin_key, -amount, -weight, at, ${now}, id from signals
    where (paper_id, kind, origin, origin_key) = (${paperId}, ${kind}, ${origin}, ${originKey})
    on conflict do nothing
    returning -weight as weight, at
  `.execute(trx)
  const event = rows[0]
  const heat = paper && event ? withoutHeat(paper.heat, eventHeat(event.weight, event.at)) : null
  if (event && heat !== null) {
    await trx
      .updateTable('papers')
      .set((eb) => ({ heat, attention: eb('attention', '-', event.weight), ...besides }))
      .where('id', '=', paperId)
      .execute()
    return true
  }
  if (paper && event) await replayHeat(trx, [paperId])
  if (besides) await trx.updateTable('papers').set(besides).where('id', '=', paperId).execute()
  return paper !== undefined && event !== undefined
}

/** The condition under which an event `s` counts: it takes none back and was not taken back. */
export const STANDS = sql<boolean>`s.takes_back is null and not exists (select from signals b where b.takes_back = s.id)`

/** Heat and attention as the events that stand make them. */
export function heatOf(events: { weight: number; at: Date }[]): { heat: number; attention: number } {
  return {
    heat: events.reduce((sum, event) => addHeat(sum, eventHeat(event.weight, event.at)), -Infinity),
    attention: events.reduce((sum, event) => sum + event.weight, 0),
  }
}

/** Makes the heat of papers anew from their events. */
export async function replayHeat(trx: Transaction<Database>, paperIds: number[]): Promise<void> {
  if (paperIds.length === 0) return
  const events = await trx
    .selectFrom('signals as s')
    .select(['paper_id', 'weight', 'at'])
    .where('paper_id', 'in', paperIds)
    .where(STANDS)
    .orderBy('id')
    .execute()
  const eventsOf = Map.groupBy(events, (event) => event.paper_id)
  for (const paperId of paperIds) {
    await trx
      .updateTable('papers')
      .set(heatOf(eventsOf.get(paperId) ?? []))
      .where('id', '=', paperId)
      .execute()
  }
}
