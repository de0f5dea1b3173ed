import { addDays, parseDay } from '../../papers/calendar.ts'
import type { TaskRun } from '../source-kind.ts'

/** How far a source has come that is asked by days: everything before `done`, and where it is in the run under way. */
export type DaysCursor<Place> = {
  done: string | null
  run: { from: string; to: string; place: Place } | null
}

/**
 * The days to ask for: those of a run that was broken off, those of the range that was asked for, or those since the last
 * whole run, `overlap` of them once more because things are added late; `first` of them at the beginning.
 */
export function daysToAsk<Place>(
  { cursor, range, now }: Pick<TaskRun<unknown>, 'cursor' | 'range' | 'now'>,
  { start, first, overlap }: { start: Place; first: number; overlap: number },
): { done: string | null; run: NonNullable<DaysCursor<Place>['run']> } {
  const { done, run } = readCursor<Place>(cursor)
  if (run !== null) return { done, run }
  const today = now().toISOString().slice(0, 10)
  const since = done === null ? addDays(today, -first) : addDays(done, -overlap)
  return { done, run: { from: range?.from ?? since, to: range?.to ?? today, place: start } }
}

function readCursor<Place>(stored: unknown): DaysCursor<Place> {
  const { done = null, run = null } = (stored ?? {}) as Partial<DaysCursor<Place>>
  const isRun = run !== null && parseDay(run.from) !== null && parseDay(run.to) !== null
  return { done: typeof done === 'string' ? parseDay(done) : null, run: isRun ? run : null }
}
