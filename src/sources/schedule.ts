import { Cron } from 'croner'

const MINUTE_MS = 60_000
const LONGEST_BACKOFF_MS = 3_600_000
/** After so many failures in a row a source's circuit is open: it rests, and everybody is told. */
export const CIRCUIT_OPENS_AT = 5

export type Schedule = { pattern: string; timeZone: string; spreadMs: number }

/** The next time after `now` at which a schedule is due. `random` from 0 to 1 spreads those who have the same one. */
export function nextDue(
  { pattern, timeZone, spreadMs }: Schedule,
  { now, random = Math.random() }: { now: Date; random?: number },
): Date {
  const next = new Cron(pattern, { timezone: timeZone, paused: true }).nextRun(now)
  if (next === null) throw new Error(`the schedule ${pattern} is never due`)
  return new Date(next.getTime() + Math.floor(random * spreadMs))
}

/**
 * How long to wait after so many failures in a row: from one minute on twice as long each time, at most an hour, less up
 * to a half, so that those who failed together do not come back together.
 */
export function backoffMs(failures: number, { random = Math.random() }: { random?: number } = {}): number {
  const full = Math.min(MINUTE_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS)
  return Math.round(full * (1 - random / 2))
}
