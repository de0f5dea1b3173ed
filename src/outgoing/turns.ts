import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { CLOCKS_DIFFER_MS } from '../runtime/clock.ts'

/** How politely a source is asked: the milliseconds between two requests, and the longest that anyone waits for a turn. */
export type Pace = { intervalMs: number; patienceMs: number }

export type Turn =
  /** The source may be asked when so many milliseconds have passed. */
  | { kind: 'taken'; waitMs: number }
  /** Too many wait already; no turn was taken. */
  | { kind: 'busy' }
  /** The source has asked to be left alone for a while; no turn was taken. */
  | { kind: 'paused' }

/** No source is left alone for longer than this, whatever it asks for. */
const LONGEST_PAUSE_MS = 3_600_000

/**
 * Takes the next turn to ask a source, over all processes of the installation: one statement moves the time at which it
 * may be asked next, so that no two ever get the same turn.
 */
export async function claimTurn(
  db: Kysely<Database>,
  { source, now, pace }: { source: string; now: Date; pace: Pace },
): Promise<Turn> {
  const { rows } = await sql<{ taken: Date | null; stood: Date | null }>`
    with turn as (
      insert into source_turns as held (source, next_at) values (${source}, ${after(now, pace.intervalMs)}::timestamptz)
      on conflict (source) do update
        set next_at = greatest(${unlessImpossible(now)}, ${now}::timestamptz)
          + ${pace.intervalMs}::float8 * interval '1 millisecond'
        where held.next_at <= ${after(now, pace.patienceMs)}::timestamptz or ${unlessImpossible(now)} is null
      returning next_at
    )
    select (select next_at from turn) as taken, (select next_at from source_turns where source = ${source}) as stood
  `.execute(db)
  const { taken = null, stood = null } = rows[0] ?? {}
  if (taken !== null)
    return { kind: 'taken', waitMs: Math.max(0, taken.getTime() - pace.intervalMs - now.getTime()) }
  return { kind: stood !== null && isPause(stood, { now, pace }) ? 'paused' : 'busy' }
}

/** Leaves a source alone for `forMs` milliseconds (one hour at most): turns begin after that. */
export async function pauseSource(
  db: Kysely<Database>,
  { source, now, forMs }: { source: string; now: Date; forMs: number },
): Promise<void> {
  const until = after(now, Math.min(forMs, LONGEST_PAUSE_MS))
  // Anyone can lead us to a host of their own: what is over is forgotten, so that there are never many.
  await sql`
    delete from source_turns where source in (
      select source from source_turns where source <> ${source} and next_at < ${after(now, -LONGEST_PAUSE_MS)}::timestamptz
      for update skip locked)
  `.execute(db)
  await sql`
    insert into source_turns as held (source, next_at) values (${source}, ${until}::timestamptz)
    on conflict (source) do update set next_at = greatest(${unlessImpossible(now)}, excluded.next_at)
  `.execute(db)
}

/** Whether the source has asked to be left alone, which it may have done during the wait for a turn. */
export async function isPaused(
  db: Kysely<Database>,
  { source, now, pace }: { source: string; now: Date; pace: Pace },
): Promise<boolean> {
  const row = await db
    .selectFrom('source_turns')
    .select('next_at')
    .where('source', '=', source)
    .executeTakeFirst()
  return row !== undefined && isPause(row.next_at, { now, pace })
}

/** Until when a source is left alone, or null where it is not; what is no pause but a turn counts as well. */
export async function endOfPause(
  db: Kysely<Database>,
  { source, now }: { source: string; now: Date },
): Promise<Date | null> {
  const row = await db
    .selectFrom('source_turns')
    .select('next_at')
    .where('source', '=', source)
    .executeTakeFirst()
  return row && row.next_at > now && row.next_at <= latestPause(now) ? row.next_at : null
}

/** A host that redirects led to has pauses of its own: what it asks for is no reason to leave the source alone. */
export function hostTurns(host: string): string {
  return `host ${host.replace(/\.(?=:|$)/, '')}`
}

/** Turns never reach further into the future than the last one given out and the interval after it. */
function isPause(nextAt: Date, { now, pace }: { now: Date; pace: Pace }): boolean {
  return nextAt > after(now, pace.patienceMs + pace.intervalMs) && nextAt <= latestPause(now)
}

/** What is held, or null where it lies further ahead than any pause: then the clock was set back since. */
function unlessImpossible(now: Date) {
  return sql`case when held.next_at <= ${latestPause(now)}::timestamptz then held.next_at end`
}

function latestPause(now: Date): Date {
  return after(now, LONGEST_PAUSE_MS + CLOCKS_DIFFER_MS)
}

function after(now: Date, milliseconds: number): Date {
  return new Date(now.getTime() + milliseconds)
}
