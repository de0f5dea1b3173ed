import type { PublishedDate } from '../papers/harvested-paper.ts'

const EARLIEST_YEAR = 1500
const LATEST_YEAR = 2199

const CALENDAR = /^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?$/
const ISO_INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i
const MAIL_INSTANT =
  /^(?:[a-z]{3},\s*)?(\d{1,2}) ([a-z]{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))? ?(Z|UTC|GMT|[+-]\d{4})?$/i
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/**
 * The date in a text, as exactly as it is given: `2014`, `2014-02`, `2014-02-11`, ISO 8601 and RFC 822
 * instants (UTC where they give no zone), or null. Years from 1500 to 2199.
 */
export function parseDate(text: string): PublishedDate | null {
  const trimmed = text.trim()
  const calendar = CALENDAR.exec(trimmed)
  if (calendar) return calendarDate(Number(calendar[1]), calendar[2], calendar[3])
  const iso = ISO_INSTANT.exec(trimmed)
  if (iso) {
    const [, year, month, day, hour, minute, second = '0', fraction = '0', zone = 'Z'] = iso
    return instant([year, month, day, hour, minute, second].map(Number), Number(`0.${fraction}`), zone)
  }
  const mail = MAIL_INSTANT.exec(trimmed)
  if (mail) {
    const [, day, name = '', year, hour, minute, second = '0', zone = 'Z'] = mail
    return instant([year, monthNumber(name), day, hour, minute, second].map(Number), 0, zone)
  }
  return null
}

/** The instant in a text, in UTC (ISO 8601 with milliseconds), or null; a day counts as its midnight. */
export function parseInstant(text: string): string | null {
  const date = parseDate(text)
  if (date?.precision === 'time') return date.value
  return date?.precision === 'day' ? `${date.value}T00:00:00.000Z` : null
}

/** The month (1 to 12) that an English name or its abbreviation of three letters or more means; 0 for none. */
export function monthNumber(name: string): number {
  return MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1
}

/** `YYYY-MM-DD` where the calendar has that day, otherwise null. */
export function calendarDay(year: number, month: number, day: number): string | null {
  if (year < EARLIEST_YEAR || year > LATEST_YEAR || month < 1 || month > 12 || day < 1) return null
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

function calendarDate(year: number, month?: string, day?: string): PublishedDate | null {
  const whole = calendarDay(year, Number(month ?? 1), Number(day ?? 1))
  if (whole === null) return null
  if (day !== undefined) return { precision: 'day', value: whole }
  if (month !== undefined) return { precision: 'month', value: whole.slice(0, 7) }
  return { precision: 'year', value: whole.slice(0, 4) }
}

function instant(parts: number[], fraction: number, zone: string): PublishedDate | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  if (calendarDay(year, month, day) === null || hour > 23 || minute > 59 || second > 60) return null
  const offset = /^([+-])(\d\d):?(\d\d)?$/.exec(zone)
  const offsetMinutes = offset
    ? Number(`${offset[1]}1`) * (Number(offset[2]) * 60 + Number(offset[3] ?? 0))
    : 0
  if (Math.abs(offsetMinutes) > 14 * 60) return null
  // JavaScript dates have no leap seconds: one counts as the second before it.
  const utc = Date.UTC(year, month - 1, day, hour, minute - offsetMinutes, Math.min(second, 59))
  const exact = new Date(utc + Math.floor(fraction * 1000))
  // The offset may lead outside the years allowed.
  if (calendarDay(exact.getUTCFullYear(), 1, 1) === null) return null
  return { precision: 'time', value: exact.toISOString() }
}
