import { dayIn, type Period } from './calendar.ts'
import type { PublishedDate } from './harvested-paper.ts'

const LANGUAGE = 'en-GB'
const utc = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(LANGUAGE, { timeZone: 'UTC', ...options })
const LONG_DAY = utc({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
const DAY = utc({ day: 'numeric', month: 'long', year: 'numeric' })
const SHORT_DAY = utc({ day: 'numeric', month: 'short', year: 'numeric' })
const MONTH = utc({ month: 'long', year: 'numeric' })
const DAY_AND_MONTH = utc({ day: 'numeric', month: 'long' })

function atMidnight(day: string): Date {
  return new Date(`${day}T00:00:00Z`)
}

/** `Tuesday, 8 July 2025` */
export function longDay(day: string): string {
  return LONG_DAY.format(atMidnight(day)).replace(/^(\w+) /, '$1, ')
}

/** `8 July 2025` */
export function plainDay(day: string): string {
  return DAY.format(atMidnight(day))
}

/** `8 Jul 2025` */
export function shortDay(day: string): string {
  return SHORT_DAY.format(atMidnight(day))
}

/** The name of a period: `Tuesday, 8 July 2025`, `Week 28, 7 to 13 July 2025`, `July 2025`. */
export function periodTitle(period: Period): string {
  if (period.kind === 'date') return longDay(period.from)
  if (period.kind === 'month') return MONTH.format(atMidnight(period.from))
  return `Week ${Number(period.name.slice(6))}, ${span(period)}`
}

/** A period in few words, for links: `8 Jul 2025`, `Week 28`, `July 2025`. */
export function periodLabel(period: Period): string {
  if (period.kind === 'date') return shortDay(period.from)
  if (period.kind === 'month') return MONTH.format(atMidnight(period.from))
  return `Week ${Number(period.name.slice(6))} of ${period.name.slice(0, 4)}`
}

/** Days from one to another: `7 to 13 July 2025`, `28 June to 4 July 2025`. */
export function span({ from, to }: Pick<Period, 'from' | 'to'>): string {
  if (from === to) return plainDay(from)
  const start =
    from.slice(0, 7) === to.slice(0, 7)
      ? String(Number(from.slice(8)))
      : from.slice(0, 4) === to.slice(0, 4)
        ? DAY_AND_MONTH.format(atMidnight(from))
        : plainDay(from)
  return `${start} to ${plainDay(to)}`
}

/**
 * When a paper came out, as exactly as we know: `27 December 2024` (in `short`, `27 Dec 2024`), `August 2024`, `2014`.
 * An instant is shown as its day in the site's time zone, the day of its edition.
 */
export function publishedText(
  published: PublishedDate,
  { timeZone, short = false }: { timeZone: string; short?: boolean },
): string {
  const day = short ? shortDay : plainDay
  switch (published.precision) {
    case 'year':
      return published.value
    case 'month':
      return MONTH.format(atMidnight(`${published.value}-01`))
    case 'day':
      return day(published.value)
    case 'time':
      return day(dayIn(timeZone, new Date(published.value)))
  }
}

/** An instant in a text: `25 November 2026, 20:15 UTC`. */
export function exactTime(time: Date): string {
  return `${DAY.format(time)}, ${time.toISOString().slice(11, 16)} UTC`
}
