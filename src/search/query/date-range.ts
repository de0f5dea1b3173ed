import { addDays, dayPeriod, monthPeriod, parseDay } from '../../papers/calendar.ts'

/** Days `YYYY-MM-DD`, both included; null where it is open. */
export type DateRange = { from: string | null; to: string | null }

/**
 * Reads the dates of a query: a year, month or day (`2025`, `2025-03`, `2025-03-14`); two of them, each widened outwards
 * (`2025-03..2026`, `2020-2024` for years), or one of them with an open end (`2025..`, `..2025`); or a comparison
 * (`>=2025`, `>2025`, `<=2025`, `<2025`). A range the wrong way round is turned. Null for anything else, and for days
 * that no paper could have.
 */
export function parseDateRange(typed: string): DateRange | null {
  // In the digits of Chinese and Japanese keyboards too, and with the minus of others.
  const text = typed.normalize('NFKC').replace(/[−‐]/g, '-')
  const [, comparison, bound = ''] = /^([<>]=?)(.*)$/.exec(text) ?? []
  if (comparison !== undefined) return comparedWith(comparison, bound)
  const years = /^(\d{4})[-–](\d{4})$/.exec(text)
  const [, start = text, end = text] = years ?? /^([\d-]*)\.\.([\d-]*)$/.exec(text) ?? []
  if (start === '') return comparedWith('<=', end)
  if (end === '') return comparedWith('>=', start)
  const first = wholePeriod(start)
  const last = wholePeriod(end)
  if (!first || !last) return null
  return first.from <= last.to ? { from: first.from, to: last.to } : { from: last.from, to: first.to }
}

/** The shortest text that `parseDateRange` reads as this range, both ends equally precise. */
export function formatDateRange({ from, to }: DateRange): string {
  const length =
    [YEAR, MONTH].find(
      (length) =>
        (from === null || wholePeriod(from.slice(0, length))?.from === from) &&
        (to === null || wholePeriod(to.slice(0, length))?.to === to),
    ) ?? DAY
  const start = from?.slice(0, length) ?? ''
  const end = to?.slice(0, length) ?? ''
  return start === end ? start : `${start}..${end}`
}

const YEAR = 'YYYY'.length
const MONTH = 'YYYY-MM'.length
const DAY = 'YYYY-MM-DD'.length

function comparedWith(comparison: string, bound: string): DateRange | null {
  const period = wholePeriod(bound)
  if (!period) return null
  if (comparison === '>=') return { from: period.from, to: null }
  if (comparison === '<=') return { from: null, to: period.to }
  // The day beside the first or last there is, is none.
  const beside = parseDay(comparison === '>' ? addDays(period.to, 1) : addDays(period.from, -1))
  if (beside === null) return null
  return comparison === '>' ? { from: beside, to: null } : { from: null, to: beside }
}

/** The first and last day of a year, month or day. */
function wholePeriod(text: string): { from: string; to: string } | null {
  if (!/^\d{4}$/.test(text)) return monthPeriod(text) ?? dayPeriod(text)
  const from = parseDay(`${text}-01-01`)
  return from === null ? null : { from, to: `${text}-12-31` }
}
