import { Cron } from 'croner'
import { LRUCache } from 'lru-cache'
import { dayIn, periodOf } from '../papers/calendar.ts'
import type { Every } from './issue.ts'

/** When the issues of a subscription are due: at an hour of the day where its reader is. */
export type Schedule = {
  every: Every
  /** 0 to 23. */
  hour: number
  /** IANA name. */
  timeZone: string
  /** Bit 0 is Monday. Every day: the days on which it comes; every week: the first of them is its day. */
  weekdays: number
}

/** Every day of the week. */
export const ALL_WEEKDAYS = 0b111_1111

/** The days of a schedule, 0 for Monday to 6 for Sunday. */
export function weekdaysIn(weekdays: number): number[] {
  return [0, 1, 2, 3, 4, 5, 6].filter((day) => weekdays & (1 << day))
}

/**
 * The first issue that is due after an instant: when, and for which period. An issue of a day is named after the day on
 * which it is due there, one of a week or a month after the week or month that the day before is in, since it tells of
 * that. On the day on which clocks go forward past its hour it is due when they have; where an hour comes twice, the first
 * time.
 */
export function nextIssue(schedule: Schedule, after: Date): { at: Date; period: string } {
  const { every, timeZone } = schedule
  const at = nextAt(schedule, after)
  const day = dayIn(timeZone, at)
  if (every === 'day') return { at, period: day }
  const dayBefore = dayIn('UTC', new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000))
  return { at, period: periodOf(every, dayBefore).name }
}

/** Thousands of issues are due at one time, and the next ones too. */
const remembered = new LRUCache<string, Date>({ max: 2_000 })

function nextAt(schedule: Schedule, after: Date): Date {
  const { every, hour, timeZone, weekdays } = schedule
  const name = `${every} ${hour} ${timeZone} ${weekdays} ${after.getTime()}`
  const known = remembered.get(name)
  if (known) return known
  const next = reckonNext(schedule, after)
  remembered.set(name, next)
  return next
}

function reckonNext({ every, hour, timeZone, weekdays }: Schedule, after: Date): Date {
  const days = weekdaysIn(weekdays)
  // Sunday is 0 there.
  const named = (every === 'week' ? days.slice(0, 1) : days).map((day) => (day + 1) % 7)
  const pattern = every === 'month' ? `0 ${hour} 1 * *` : `0 ${hour} * * ${named.join(',')}`
  const next = new Cron(pattern, { timezone: timeZone, paused: true }).nextRun(after)
  if (next === null) throw new Error('a schedule has no next time')
  return next
}

const HOUR = 3_600_000

/** How long after it was due an issue is still worth sending: not until the next one is near. In milliseconds. */
export const WORTH_SENDING_MS: Readonly<Record<Every, number>> = {
  day: 20 * HOUR,
  week: 4 * 24 * HOUR,
  month: 10 * 24 * HOUR,
}
