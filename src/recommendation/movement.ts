import { dayIn } from '../papers/calendar.ts'
import type { ActKind, Interest } from './taste.ts'

/** How often a reader acted for each interest in each month. */
export type Movement = {
  /** `YYYY-MM`, the oldest first. */
  months: string[]
  /** One number for each month. */
  interests: { id: number | null; name: string; acts: number[] }[]
}

const MOST_MONTHS = 24
const AGAINST: ReadonlySet<ActKind> = new Set(['dislike', 'not-for-me', 'passed-over'])

/**
 * How interests moved, from the month of the first act on, for 24 months at most up to `thisMonth` (`YYYY-MM`); acts that
 * speak against papers are not counted. Null where it all happened within one month.
 */
export function monthlyActs(
  interests: Interest[],
  { thisMonth, timeZone }: { thisMonth: string; timeZone: string },
): Movement | null {
  const earliest = addMonths(thisMonth, 1 - MOST_MONTHS)
  const counted = interests.map(({ id, name, acts }) => ({
    id,
    name,
    months: acts
      .filter(({ kind }) => !AGAINST.has(kind))
      .map(({ at }) => dayIn(timeZone, at).slice(0, 7))
      .filter((month) => month >= earliest && month <= thisMonth),
  }))
  const [first] = counted.flatMap(({ months }) => months).toSorted()
  if (first === undefined || first === thisMonth) return null
  const months: string[] = []
  for (let month = first; month <= thisMonth; month = addMonths(month, 1)) months.push(month)
  return {
    months,
    interests: counted
      .filter(({ months: own }) => own.length > 0)
      .map(({ id, name, months: own }) => ({
        id,
        name,
        acts: months.map((month) => own.filter((other) => other === month).length),
      })),
  }
}

/** A month moved by a number of months. */
function addMonths(month: string, count: number): string {
  const date = new Date(`${month}-01T00:00:00Z`)
  date.setUTCMonth(date.getUTCMonth() + count)
  return date.toISOString().slice(0, 7)
}
