import type { PublishedDate } from '../../papers/harvested-paper.ts'

const EARLIEST_YEAR = 1500
const LATEST_YEAR = 2199

const CALENDAR = /^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?$/
const ISO_INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i
const MAIL_INSTANT =
  /^(?:[a-z]{3},\s*)?(\d{1,2}) ([a-z]{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))? ?(Z|UTC|GMT|[+-]\d{4})?$/i
const BEFORE_OUR_ERA = /^[-−–]\d|\d\s*b\.? ?c(?:\.? ?e)?\b|\d\s*v\.? ?chr\b/i
const EDTF = /^([\dxu]{4})(?:-([\dxu]{1,2})(?:-([\dxu]{1,2}))?)?$/i
// `2019a`, and `c2019` as libraries write the year of a copyright.
const WRITTEN_YEAR = /(?<![\da-z])[cp]?(\d{4})(?:[a-z]|[qw]\d{1,2})?(?![\da-z])/gi
const LONGEST = 200
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

/**
 * When something was published, out of whatever people, programs and EDTF (levels 0 to 2) write: `2019-21` and `Spring 2019`
 * (2019), `c. 2019`, `2019~`, `2019-05-uu` (May 2019), `2019/..` and `2019/2020` (2019), `../2019` (2019), `[2019, 2021]`,
 * `12. März 2019`, `2019-02-30` (February 2019). Of a range its beginning; what is not known is left out. Null where not
 * even the year is known (`201X`, `in press`) or it is none from 1500 to 2199. Midnight to the second, in UTC or whatever zone
 * is written, is a day that a program wrote as an instant: taken for one, it would be the evening before further west.
 */
export function parsePublished(text: string): PublishedDate | null {
  const trimmed = text.normalize('NFKC').trim()
  if (trimmed.length > LONGEST || BEFORE_OUR_ERA.test(trimmed)) return null
  const date = parseDate(trimmed)
  // As its own clock shows it.
  const shown = date?.precision === 'time' ? parseDate(trimmed.replace(/\s?[+-]\d\d(?::?\d\d)?$/, '')) : null
  if (shown?.value.endsWith('T00:00:00.000Z')) return { precision: 'day', value: shown.value.slice(0, 10) }
  const basic = /^(\d{4})(\d\d)(\d\d)(?:T[\d.]*Z?)?$/.exec(trimmed)
  if (basic) return calendarDate(Number(basic[1]), basic[2], basic[3])
  return date ?? parseEdtf(trimmed) ?? parseWritten(trimmed)
}

function parseEdtf(text: string): PublishedDate | null {
  // One of several, or all of them: the first that is given.
  const listed = /^[[{](.*)[\]}]$/.exec(text)?.[1]?.split(/,|\.\./) ?? [text]
  const begun = listed.map((one) => one.trim()).find((one) => one !== '') ?? ''
  // How sure someone is of it makes it no other date.
  const certain = begun.replace(/[~?%]/g, '')
  const sides = certain.split('/').map((side) => side.trim().replace(/(?:T.*|Z|[+-]\d\d:\d\d)$/, ''))
  const first = sides.find((side) => side !== '' && side !== '..') ?? ''
  const [, year = '', month = '', day = ''] = EDTF.exec(first) ?? []
  if (sides.length > 2 || !/^\d{4}$/.test(year)) return null
  return (
    calendarDate(Number(year), month, day) ?? calendarDate(Number(year), month) ?? calendarDate(Number(year))
  )
}

/** A date in words or in another order than that of ISO 8601: as exactly as it can be read without guessing. */
function parseWritten(text: string): PublishedDate | null {
  const numeric = parseNumeric(text)
  if (numeric) return numeric
  const year = Array.from(text.matchAll(WRITTEN_YEAR), ([, digits]) => Number(digits)).find(
    (one) => calendarDay(one, 1, 1) !== null,
  )
  if (year === undefined) return null
  const words = text.toLowerCase().split(/[\s,.~/&()–—-]+/)
  const others = words.filter((word) => word !== '' && !/^\d{4}$/.test(word) && !CONNECTING.has(word))
  const months = others.map(monthInWords)
  const month = months.find((one) => one > 0)
  const days = others.map((word) => Number(/^(\d{1,2})(?:st|nd|rd|th|er|e|º|°)?$/.exec(word)?.[1] ?? 0))
  const isDate = others.every((_, index) => (months[index] ?? 0) > 0 || (days[index] ?? 0) > 0)
  if (month === undefined || !isDate) return calendarDate(year)
  const day = days.find((one) => one > 0)
  return calendarDate(year, month, day) ?? calendarDate(year, month)
}

// A day and a month are told apart only where one of them can be no month.
function parseNumeric(text: string): PublishedDate | null {
  const east = /^(\d{4})\s?[年년]\s?(?:(\d{1,2})\s?[月월]\s?(?:(\d{1,2})\s?[日일])?)?$/.exec(text)
  if (east) return calendarDate(Number(east[1]), east[2], east[3])
  const pointed = /^(\d{4})\.(\d{1,2})(?:\.(\d{1,2}))?\.?$/.exec(text)
  if (pointed) return calendarDate(Number(pointed[1]), pointed[2], pointed[3])
  const [, one = '', mark = '', two, digits] =
    /^(?:(\d{1,2})([./-]) ?)(?:(\d{1,2})\2 ?)?(\d{4})$/.exec(text) ?? []
  const year = Number(digits)
  if (digits === undefined) return null
  if (two === undefined) return calendarDate(year, one) ?? calendarDate(year)
  if (mark === '.' || Number(one) > 12) return calendarDate(year, two, one) ?? calendarDate(year)
  if (Number(two) > 12 || one === two) return calendarDate(year, one, two) ?? calendarDate(year)
  return calendarDate(year)
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

// In English, German, French, Spanish, Italian, Portuguese and Dutch, without accents.
const MONTHS_IN_WORDS = [
  'january januar janner janvier enero gennaio janeiro januari',
  'february februar feber fevrier febrero febbraio fevereiro februari',
  'march marz mrz mars marzo marco maart mrt',
  'april avril abril aprile',
  'may mai mayo maggio maio mei',
  'june juni juin junio giugno junho',
  'july juli juillet julio luglio julho',
  'august aout agosto augustus',
  'september septembre septiembre setiembre settembre setembro sept',
  'october oktober octobre octubre ottobre outubro',
  'november novembre noviembre novembro',
  'december dezember decembre diciembre dicembre dezembro',
].map((names) => names.split(' '))
const CONNECTING = new Set(
  (
    'the of de del do da le el den and und et y e a to bis den mon monday tue tues tuesday wed wednesday thu thur thurs ' +
    'thursday fri friday sat saturday sun sunday'
  ).split(' '),
)

/** The month (1 to 12) that a word or its abbreviation of three letters or more means in several languages; 0 for none. */
function monthInWords(word: string): number {
  const plain = word.normalize('NFD').replace(/\p{M}/gu, '').replace(/\.$/, '').toLowerCase()
  if (plain.length < 3) return 0
  return MONTHS_IN_WORDS.findIndex((names) => names.some((name) => name.startsWith(plain))) + 1
}

/** `YYYY-MM-DD` where the calendar has that day, otherwise null. */
export function calendarDay(year: number, month: number, day: number): string | null {
  if (!(year >= EARLIEST_YEAR && year <= LATEST_YEAR && month >= 1 && month <= 12 && day >= 1)) return null
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

function calendarDate(year: number, month?: string | number, day?: string | number): PublishedDate | null {
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
