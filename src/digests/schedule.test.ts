import { expect, it } from 'vitest'
import { ALL_WEEKDAYS, nextIssue, type Schedule } from './schedule.ts'

const NEW_YORK: Schedule = { every: 'day', hour: 7, timeZone: 'America/New_York', weekdays: ALL_WEEKDAYS }

/** The next issues after an instant, as `instant period`. */
function issues(schedule: Schedule, after: string, count: number): string[] {
  let last = new Date(after)
  return Array.from({ length: count }, () => {
    const { at, period } = nextIssue(schedule, last)
    last = at
    return `${at.toISOString().slice(0, 16)}Z ${period}`
  })
}

it('is due at its hour where its reader is, whichever clock is in force there', () => {
  expect(issues(NEW_YORK, '2026-03-06T12:00:00Z', 4)).toEqual([
    '2026-03-07T12:00Z 2026-03-07',
    '2026-03-08T11:00Z 2026-03-08',
    '2026-03-09T11:00Z 2026-03-09',
    '2026-03-10T11:00Z 2026-03-10',
  ])
  expect(issues(NEW_YORK, '2026-10-31T10:59:00Z', 3)).toEqual([
    '2026-10-31T11:00Z 2026-10-31',
    '2026-11-01T12:00Z 2026-11-01',
    '2026-11-02T12:00Z 2026-11-02',
  ])
})

it('is due once on the days on which clocks change, also at an hour that is left out or comes twice', () => {
  expect(issues({ ...NEW_YORK, hour: 2 }, '2026-03-07T08:00:00Z', 3)).toEqual([
    '2026-03-08T07:00Z 2026-03-08',
    '2026-03-09T06:00Z 2026-03-09',
    '2026-03-10T06:00Z 2026-03-10',
  ])
  expect(issues({ ...NEW_YORK, hour: 1 }, '2026-10-31T06:00:00Z', 3)).toEqual([
    '2026-11-01T05:00Z 2026-11-01',
    '2026-11-02T06:00Z 2026-11-02',
    '2026-11-03T06:00Z 2026-11-03',
  ])
  expect(issues({ ...NEW_YORK, timeZone: 'Europe/Berlin', hour: 2 }, '2026-03-28T12:00:00Z', 2)).toEqual([
    '2026-03-29T01:00Z 2026-03-29',
    '2026-03-30T00:00Z 2026-03-30',
  ])
})

it('comes on the days that its reader wants', () => {
  expect(issues({ ...NEW_YORK, weekdays: 0b0001_1111 }, '2026-11-26T13:00:00Z', 3)).toEqual([
    '2026-11-27T12:00Z 2026-11-27',
    '2026-11-30T12:00Z 2026-11-30',
    '2026-12-01T12:00Z 2026-12-01',
  ])
})

it('names issues of weeks and months after those that they tell of', () => {
  const weekly: Schedule = { ...NEW_YORK, every: 'week', weekdays: 0b0000_0001 }
  expect(issues(weekly, '2026-11-27T00:00:00Z', 2)).toEqual([
    '2026-11-30T12:00Z 2026-W48',
    '2026-12-07T12:00Z 2026-W49',
  ])
  // Of several days the first.
  expect(issues({ ...weekly, weekdays: 0b0001_0100 }, '2026-12-29T00:00:00Z', 2)).toEqual([
    '2026-12-30T12:00Z 2026-W53',
    '2027-01-06T12:00Z 2027-W01',
  ])
  expect(issues({ ...NEW_YORK, every: 'month' }, '2026-11-01T12:00:00Z', 2)).toEqual([
    '2026-12-01T12:00Z 2026-11',
    '2027-01-01T12:00Z 2026-12',
  ])
})

it('never names two issues alike, wherever its reader is', () => {
  for (const timeZone of [
    'Pacific/Apia',
    'Pacific/Kiritimati',
    'Africa/Cairo',
    'America/Havana',
    'Asia/Beirut',
    'Australia/Lord_Howe',
  ])
    for (const every of ['day', 'week', 'month'] as const)
      for (const hour of [0, 1, 2, 3, 23]) {
        const all = issues(
          { every, hour, timeZone, weekdays: ALL_WEEKDAYS },
          '2026-01-01T00:00:00Z',
          every === 'day' ? 366 : 20,
        )
        expect(new Set(all.map((one) => one.slice(18))).size, `${timeZone} ${every} ${hour}`).toBe(all.length)
      }
})
