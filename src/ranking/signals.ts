import { sql, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { holdPapers } from '../papers/hold.ts'
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
  // In one order, whatever order they come in.
  await holdPapers(
    trx,
    signals.map(({ paperId }) => paperId),
    'no key update',
  )
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

/** What one origin has counted for a paper: the total, and with how many it began. */
export type Counted = { total: number; base: number }

/**
 * What begins the origin of votes that came with another site's dump: `site:` and the identifier of that site. Its key is the
 * paper there and the day.
 */
export const OF_SITE = 'site:'

/** The origin of an event as readers are told: readers of another site are readers. */
export const READERS_ORIGIN = sql`case when origin like ${sql.lit(`${OF_SITE}%`)} then 'reader' else origin end`

/** The condition under which an event counts what others have counted; readers here comment too. */
export const COUNTED_ELSEWHERE = sql<boolean>`kind in ('upvote', 'comment', 'star', 'citation') and origin <> 'reader'`

/** What was already counted elsewhere for these papers, by paper, kind and origin; and the weight of it all, by paper and kind. */
export async function countedElsewhere(
  trx: Transaction<Database>,
  paperIds: number[],
): Promise<{ counted: Map<string, Counted>; weighed: Map<string, number> }> {
  const weighed = new Map<string, number>()
  if (paperIds.length === 0) return { counted: new Map(), weighed }
  const rows = await trx
    .selectFrom('signals')
    .select([
      'paper_id',
      'kind',
      'origin',
      (eb) => eb.fn.sum<number>('amount').as('total'),
      (eb) => eb.fn.sum<number>('weight').as('weight'),
      sql<number>`(array_agg(amount order by id))[1]`.as('base'),
    ])
    .where(COUNTED_ELSEWHERE)
    .where('paper_id', 'in', paperIds)
    .groupBy(['paper_id', 'kind', 'origin'])
    .execute()
  for (const { paper_id: id, kind, weight } of rows)
    weighed.set(`${id} ${kind}`, (weighed.get(`${id} ${kind}`) ?? 0) + weight)
  const counted = rows.map((row): [string, Counted] => [
    `${row.paper_id} ${row.kind} ${row.origin}`,
    { total: row.total, base: row.base },
  ])
  return { counted: new Map(counted), weighed }
}

/** By what an event is known. */
type SignalName = Pick<Signal, 'paperId' | 'kind' | 'origin' | 'originKey'>

/**
 * Takes events back, in the caller's transaction: each of them and the one that undoes it stay, and neither counts. A second
 * time it has no effect. `uncounted` is what changes of a paper with its event: one change of its row instead of two, each
 * of which touches all its indexes.
 */
export async function takeBackSignals(
  trx: Transaction<Database>,
  names: SignalName[],
  { now, uncounted = [] }: { now: Date; uncounted?: { paperId: number; votes: number; points: number }[] },
): Promise<void> {
  if (names.length === 0) return
  // Their papers first: events of a paper are added and taken back one after another.
  const held = await holdPapers(
    trx,
    names.map(({ paperId }) => paperId),
    'no key update',
  )
  const asked = names.map((name) => ({
    paper_id: name.paperId,
    kind: name.kind,
    origin: name.origin,
    origin_key: name.originKey,
  }))
  const taken = await sql<{ paper_id: number; weight: number; at: Date }>`
    insert into signals (paper_id, kind, origin, origin_key, amount, weight, at, recorded_at, takes_back)
    select paper_id, kind, origin, 'not ' || origin_key, -amount, -weight, at, ${now}, id
    from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb)
      as r(paper_id bigint, kind text, origin text, origin_key text)
      join signals s using (paper_id, kind, origin, origin_key)
    on conflict do nothing
    returning paper_id, -weight as weight, at
  `.execute(trx)
  const eventsOf = Map.groupBy(taken.rows, (event) => event.paper_id)
  const cooler = held.map(({ id, heat, attention }) => {
    const events = eventsOf.get(id) ?? []
    return {
      id,
      heat: events.reduce<number | null>(
        (left, event) => (left === null ? null : withoutHeat(left, eventHeat(event.weight, event.at))),
        heat,
      ),
      attention: events.reduce((left, event) => left - event.weight, attention),
    }
  })
  const replayed = await replay(
    trx,
    cooler.filter(({ heat }) => heat === null).map(({ id }) => id),
  )
  const votesOf = new Map(uncounted.map(({ paperId, ...counted }) => [paperId, counted]))
  await setHeats(
    trx,
    cooler
      .filter(({ id }) => eventsOf.has(id) || votesOf.has(id))
      .map(({ id, heat, attention }) => ({
        ...(heat === null ? (replayed.get(id) ?? heatOf([])) : { heat, attention }),
        ...votesOf.get(id),
        id,
      })),
  )
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
  const held = await holdPapers(trx, paperIds, 'no key update')
  const replayed = await replay(
    trx,
    held.map(({ id }) => id),
  )
  await setHeats(
    trx,
    [...replayed].map(([id, heats]) => ({ id, ...heats })),
  )
}

/** Heat and attention of papers that are held, as their events make them. */
async function replay(
  trx: Transaction<Database>,
  paperIds: number[],
): Promise<Map<number, ReturnType<typeof heatOf>>> {
  if (paperIds.length === 0) return new Map()
  const events = await trx
    .selectFrom('signals as s')
    .select(['paper_id', 'weight', 'at'])
    .where('paper_id', 'in', paperIds)
    .where(STANDS)
    .orderBy('id')
    .execute()
  const eventsOf = Map.groupBy(events, (event) => event.paper_id)
  return new Map(paperIds.map((id) => [id, heatOf(eventsOf.get(id) ?? [])]))
}

type Heats = { id: number; heat: number; attention: number; votes?: number; points?: number }

/** Writes heat and attention of papers that are held; `votes` and `points` are what their votes are fewer. */
async function setHeats(trx: Transaction<Database>, heats: Heats[]): Promise<void> {
  if (heats.length === 0) return
  // JSON has no infinity: null stands for the heat of nothing.
  await sql`
    update papers p set heat = coalesce(r.heat, '-Infinity'), attention = r.attention,
      votes = p.votes - coalesce(r.votes, 0), vote_points = p.vote_points - coalesce(r.points, 0)
    from jsonb_to_recordset(${JSON.stringify(heats)}::jsonb)
      as r(id bigint, heat double precision, attention double precision, votes integer, points integer)
    where p.id = r.id
  `.execute(trx)
}
