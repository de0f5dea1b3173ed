import type { PublishedDate } from './harvested-paper.ts'

const formatters = new Map<string, Intl.DateTimeFormat>()

/** The calendar day (`YYYY-MM-DD`) that an instant falls on in a time zone (IANA name). */
export function dayIn(timeZone: string, instant: Date): string {
  let format = formatters.get(timeZone)
  if (!format) {
    // Swedish writes dates as ISO 8601 does.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
    formatters.set(timeZone, format)
  }
  return format.format(instant)
}

/** arXiv's own time zone. */
export const ARXIV_TIME_ZONE = 'America/New_York'
/** How long before midnight there its lists of an evening are out, which are dated by the day after. */
const LISTED_BEFORE_MS = 4 * 3_600_000

/** The latest day by which an edition that is out is dated: today, or the day by which arXiv has dated its lists of this evening. */
export function latestEditionDay(timeZone: string, now: Date): string {
  const today = dayIn(timeZone, now)
  const listed = dayIn(ARXIV_TIME_ZONE, new Date(now.getTime() + LISTED_BEFORE_MS))
  return listed > today ? listed : today
}

/**
 * The calendar day that is written as `YYYY-MM-DD`, or null when there is no such day (2026-02-30), or when it is outside
 * the range that any paper could have (1000 to 2999).
 */
export function parseDay(text: string): string | null {
  if (!/^[12]\d\d\d-\d\d-\d\d$/.test(text)) return null
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text ? text : null
}

const HALF_DAY_MS = 43_200_000

/** The first instant of a calendar day in a time zone, in epoch milliseconds; of a day that was skipped there, of the next. */
export function dayStart(timeZone: string, day: string): number {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  // No zone is further from UTC than 16 hours; offsets of long ago have seconds.
  let [before, after] = [midnight - 2 * HALF_DAY_MS, midnight + 2 * HALF_DAY_MS]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    // Years before 1000 are written without zeros.
    if (dayIn(timeZone, new Date(middle)).padStart(10, '0') < day) before = middle
    else after = middle
  }
  return after
}

/** `day` moved by a number of days. */
export function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

/** Days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}

/** The ISO 8601 week (`YYYY-Www`) that a day belongs to: weeks begin on Monday, week 1 holds the year's first Thursday. */
export function weekOf(day: string): string {
  const thursday = addDays(day, 3 - weekday(day))
  const week = Math.floor(daysBetween(`${thursday.slice(0, 4)}-01-01`, thursday) / 7) + 1
  return `${thursday.slice(0, 4)}-W${String(week).padStart(2, '0')}`
}

/** A run of calendar days, both ends included, and how it is written in addresses. */
export type Period = { kind: 'date' | 'week' | 'month'; name: string; from: string; to: string }

/** The day as a period, or null when it is no day. */
export function dayPeriod(name: string): Period | null {
  const day = parseDay(name)
  return day === null ? null : { kind: 'date', name: day, from: day, to: day }
}

/** The ISO week written `YYYY-Www`, or null when that year has no such week. */
export function weekPeriod(name: string): Period | null {
  const [, year, week] = /^(\d{4})-W(\d\d)$/.exec(name) ?? []
  if (year === undefined) return null
  // Always in week 1.
  const fourth = new Date(`${year}-01-04T00:00:00Z`)
  const from = addDays(`${year}-01-04`, (Number(week) - 1) * 7 - ((fourth.getUTCDay() + 6) % 7))
  const to = addDays(from, 6)
  // The first and the last day there is are in weeks that are not whole.
  const isThere = parseDay(from) !== null || parseDay(to) !== null
  return isThere && weekOf(from) === name ? { kind: 'week', name, from, to } : null
}

/** The month written `YYYY-MM`, or null when there is no such month. */
export function monthPeriod(name: string): Period | null {
  const from = /^\d{4}-\d\d$/.test(name) ? parseDay(`${name}-01`) : null
  if (from === null) return null
  const next = addDays(from, 31).slice(0, 7)
  return { kind: 'month', name, from, to: addDays(`${next}-01`, -1) }
}

/** The days of all weeks (from Monday to Sunday) that have a day of a period. */
export function wholeWeeks({ from, to }: Pick<Period, 'from' | 'to'>): { from: string; to: string } {
  return { from: addDays(from, -weekday(from)), to: addDays(to, 6 - weekday(to)) }
}

/** Days since Monday. */
function weekday(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
}

/** The period of the same kind that holds `day`. */
export function periodOf(kind: Period['kind'], day: string): Period {
  const period =
    kind === 'date'
      ? dayPeriod(day)
      : kind === 'week'
        ? weekPeriod(weekOf(day))
        : monthPeriod(day.slice(0, 7))
  if (!period) throw new Error(`no ${kind} holds ${day}`)
  return period
}

/** The first instant that a published date can mean: the beginning, in UTC, of its year, month or day. */
export function firstInstant(published: PublishedDate): Date {
  return new Date(published.value)
}
