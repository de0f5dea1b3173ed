import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { CLOCKS_DIFFER_MS } from '../runtime/clock.ts'
import type { MailRates } from './mail-rate.ts'

/** `domain` is the one whose turn has not come, or `*` for mail in all. No turn comes before `at`. */
export type Turn = { ok: true } | { ok: false; domain: string; at: Date }

/** What is kept for mail in all. Sorts before every domain. */
const ALL = '*'
/** So much mail may go at once after a pause, in time at the rate, and a bit, as times are rounded to microseconds. */
const BURST_MS = 1_000.1
/** Urgent mail, which waits for nobody, puts off the turns of other mail by so long at most. */
const PUT_OFF_MS = 30_000

/**
 * Takes the turn of one mail to `domain`, if there is one: that of the domain and that of mail in all, both or neither.
 * All processes take their turns here, and so keep the rates together. Rates allow a burst of a second's mail (the
 * generic cell rate algorithm: `next_at` moves by one mail's time with each mail, and may lag behind the clock by the
 * time of a burst). Nothing is asked of the database where no rate applies. `urgent` mail takes its turn before it has
 * come. Not for use in a transaction, which would hold up everybody else.
 *
 * A next turn further ahead than any could be was noted before the clock was set back, or at a slower rate, and counts
 * for nothing.
 */
export async function takeTurn(
  db: Kysely<Database>,
  { domain, rates, now, urgent = false }: { domain: string; rates: MailRates; now: Date; urgent?: boolean },
): Promise<Turn> {
  const needed = ratesFor(domain, rates)
  if (needed.length === 0) return { ok: true }
  for (;;) {
    const { rows } = await takeAll(db, { needed, now, urgent })
    if (rows.length < needed.length) {
      await addKeys(
        db,
        needed.map(({ key }) => key),
      )
      continue
    }
    const waiting = rows.filter(({ at }) => at !== null)
    const last = waiting.reduce<(typeof waiting)[number] | null>(
      (latest, row) => (latest === null || Number(row.at) > Number(latest.at) ? row : latest),
      null,
    )
    return last?.at ? { ok: false, domain: last.key, at: last.at } : { ok: true }
  }
}

/** How far ahead a turn can lie, in milliseconds; 0 where there are no rates. */
export function longestTurnMs({ all, domains }: MailRates): number {
  const rates = [...(all === null ? [] : [all]), ...domains.values()]
  return rates.length === 0 ? 0 : Math.max(...rates.map((rate) => 1_000 / rate)) + PUT_OFF_MS
}

type Needed = { key: string; intervalMs: number }

/** In the order in which their rows are locked. */
function ratesFor(domain: string, { all, domains }: MailRates): Needed[] {
  const own = domains.get(domain)
  return [
    ...(all === null ? [] : [{ key: ALL, intervalMs: 1_000 / all }]),
    ...(own === undefined ? [] : [{ key: domain, intervalMs: 1_000 / own }]),
  ]
}

/**
 * One statement, so that turns are taken together: rows are locked in one order, and what they say once they are locked
 * decides. Answers a row for each key there is, with the time of the turn where it has not come.
 */
function takeAll(
  db: Kysely<Database>,
  { needed, now, urgent }: { needed: Needed[]; now: Date; urgent: boolean },
): Promise<{ rows: { key: string; at: Date | null }[] }> {
  return sql<{ key: string; at: Date | null }>`
    with needed as (
      select key, ms * interval '1 millisecond' as gap,
        greatest(0, ${BURST_MS}::float8 - ms) * interval '1 millisecond' as burst
      from unnest(${needed.map(({ key }) => key)}::text[], ${needed.map(({ intervalMs }) => intervalMs)}::float8[])
        as n (key, ms)
    ),
    held as materialized (
      select key, next_at from mail_turns where key in (select key from needed)
      order by key <> ${ALL}, key for update
    ),
    turns as (
      select key, gap, burst,
        case when next_at > ${now}::timestamptz + gap + ${PUT_OFF_MS + CLOCKS_DIFFER_MS} * interval '1 millisecond'
          then '-infinity' else next_at end as next_at
      from held join needed using (key)
    ),
    taken as (
      update mail_turns m
      set next_at = least(greatest(t.next_at, ${now}::timestamptz - burst) + gap,
        ${now}::timestamptz + gap + ${PUT_OFF_MS} * interval '1 millisecond')
      from turns t
      where m.key = t.key and (select count(*) from turns) = ${needed.length}
        and (${urgent} or not exists (select from turns where next_at > ${now}))
    )
    select key, case when next_at > ${now} and not ${urgent} then
      date_trunc('milliseconds', next_at + interval '999 microseconds') end as at
    from turns
  `.execute(db)
}

async function addKeys(db: Kysely<Database>, keys: string[]): Promise<void> {
  await sql`
    insert into mail_turns (key, next_at) select key, 'epoch' from unnest(${keys}::text[]) k (key)
    order by key <> ${ALL}, key on conflict do nothing
  `.execute(db)
}
