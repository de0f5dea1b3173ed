import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addDays,
  dayIn,
  dayPeriod,
  dayStart,
  daysBetween,
  latestEditionDay,
  monthPeriod,
  parseDay,
  periodOf,
  weekOf,
  weekPeriod,
  type Period,
} from './calendar.ts'

const FIRST = '1000-01-01'
const LAST = '2999-12-31'
const someDay = fc.integer({ min: 0, max: daysBetween(FIRST, LAST) }).map((days) => addDays(FIRST, days))

describe('days', () => {
  it.each([
    ['America/New_York', '2026-07-08', '2026-07-08T04:00:00.000Z'],
    ['America/New_York', '2026-01-08', '2026-01-08T05:00:00.000Z'],
    ['Asia/Kolkata', '2026-01-08', '2026-01-07T18:30:00.000Z'],
    ['Pacific/Kiritimati', '2026-01-08', '2026-01-07T10:00:00.000Z'],
    // Clocks went forward at midnight.
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z'],
    // Samoa went from 29 to 31 December.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
    ['UTC', '1000-01-01', '1000-01-01T00:00:00.000Z'],
  ])('in %s %s begins at %s', (timeZone, day, instant) => {
    expect(new Date(dayStart(timeZone, day)).toISOString()).toBe(instant)
  })

  it('are written as YYYY-MM-DD, and are of the calendar', () => {
    for (const day of ['2026-02-28', '2024-02-29', '2000-02-29', FIRST, LAST]) expect(parseDay(day)).toBe(day)
    const none = [
      '2026-02-29',
      '1900-02-29',
      '2026-02-30',
      '2026-13-01',
      '2026-00-10',
      '2026-01-00',
      '0999-12-31',
    ]
    for (const text of [
      ...none,
      '3000-01-01',
      '2026-1-1',
      '2026-01-01T00:00',
      ' 2026-01-01',
      '２026-01-01',
      '',
    ])
      expect(parseDay(text)).toBeNull()
  })

  it('add up', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29')
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31')
    fc.assert(
      fc.property(someDay, fc.integer({ min: -400, max: 400 }), (day, days) => {
        expect(daysBetween(day, addDays(day, days))).toBe(days)
      }),
    )
  })

  it('are those of the time zone, also when its clocks change', () => {
    const at = (instant: string, zone = 'America/New_York') => dayIn(zone, new Date(instant))
    // New York: UTC-5, from 8 March 2026 at 07:00 UTC on UTC-4, from 1 November 2026 at 06:00 UTC on UTC-5.
    expect(at('2026-03-08T04:59:59Z')).toBe('2026-03-07')
    expect(at('2026-03-08T05:00:00Z')).toBe('2026-03-08')
    expect(at('2026-03-09T03:59:59Z')).toBe('2026-03-08')
    expect(at('2026-03-09T04:00:00Z')).toBe('2026-03-09')
    expect(at('2026-11-02T04:59:59Z')).toBe('2026-11-01')
    expect(at('2026-11-02T05:00:00Z')).toBe('2026-11-02')
    const instant = '2026-06-30T23:30:00Z'
    expect(at(instant, 'UTC')).toBe('2026-06-30')
    expect(at(instant, 'Asia/Kolkata')).toBe('2026-07-01')
    expect(at('2026-06-30T10:30:00Z', 'Pacific/Kiritimati')).toBe('2026-07-01')
    expect(at('2026-07-01T10:30:00Z', 'Pacific/Pago_Pago')).toBe('2026-06-30')
    // Samoa crossed the date line: it had no 30 December 2011.
    expect(at('2011-12-30T09:59:59Z', 'Pacific/Apia')).toBe('2011-12-29')
    expect(at('2011-12-30T10:00:00Z', 'Pacific/Apia')).toBe('2011-12-31')
  })

  it('of the latest edition are ahead from the evening on when arXiv dates its lists so', () => {
    const at = (instant: string, zone: string) => latestEditionDay(zone, new Date(instant))
    expect(at('2026-12-01T00:59:59Z', 'America/New_York')).toBe('2026-11-30')
    expect(at('2026-12-01T01:00:00Z', 'America/New_York')).toBe('2026-12-01')
    expect(at('2026-12-01T05:00:00Z', 'America/New_York')).toBe('2026-12-01')
    expect(at('2026-06-30T23:59:59Z', 'America/New_York')).toBe('2026-06-30')
    expect(at('2026-07-01T00:00:00Z', 'America/New_York')).toBe('2026-07-01')
    // Further west it is still the day before; further east it is the next one sooner.
    expect(at('2026-07-01T00:00:00Z', 'Pacific/Honolulu')).toBe('2026-07-01')
    expect(at('2026-06-30T20:00:00Z', 'Europe/Berlin')).toBe('2026-06-30')
    expect(at('2026-06-30T22:00:00Z', 'Europe/Berlin')).toBe('2026-07-01')
  })
})

describe('ISO weeks', () => {
  it('begin on Monday, the first being that of the year’s first Thursday', () => {
    expect(weekOf('2021-01-03')).toBe('2020-W53')
    expect(weekOf('2021-01-04')).toBe('2021-W01')
    expect(weekOf('2018-12-31')).toBe('2019-W01')
    expect(weekOf('2023-01-01')).toBe('2022-W52')
    expect(weekOf('2026-11-20')).toBe('2026-W47')
    expect(weekPeriod('2020-W53')).toEqual({
      kind: 'week',
      name: '2020-W53',
      from: '2020-12-28',
      to: '2021-01-03',
    })
    expect(weekPeriod('2019-W01')).toMatchObject({ from: '2018-12-31', to: '2019-01-06' })
  })

  it('are none where the year has no such week', () => {
    for (const name of [
      '2021-W53',
      '2026-W00',
      '2026-W54',
      '2026-W99',
      '2026-w47',
      '2026W47',
      '2026-W7',
      '0999-W10',
      '9999-W01',
      '0000-W01',
      '3000-W02',
    ])
      expect(weekPeriod(name)).toBeNull()
  })

  it('tile the calendar', () => {
    fc.assert(
      fc.property(someDay, (day) => {
        const week = periodOf('week', day)
        expect(week.name).toBe(weekOf(day))
        expect(week.from <= day && day <= week.to).toBe(true)
        expect(daysBetween(week.from, week.to)).toBe(6)
        expect(new Date(`${week.from}T00:00:00Z`).getUTCDay()).toBe(1)
        expect(new Set(Array.from({ length: 7 }, (_, i) => weekOf(addDays(week.from, i))))).toEqual(
          new Set([week.name]),
        )
        expect(weekOf(addDays(week.to, 1))).not.toBe(week.name)
      }),
    )
  })
})

describe('periods', () => {
  it('of a day and a month are as long as these', () => {
    expect(dayPeriod('2026-11-20')).toEqual({
      kind: 'date',
      name: '2026-11-20',
      from: '2026-11-20',
      to: '2026-11-20',
    })
    expect(dayPeriod('2026-11-31')).toBeNull()
    expect(monthPeriod('2024-02')).toEqual({
      kind: 'month',
      name: '2024-02',
      from: '2024-02-01',
      to: '2024-02-29',
    })
    expect(monthPeriod('2026-02')).toMatchObject({ to: '2026-02-28' })
    expect(monthPeriod('2026-12')).toMatchObject({ to: '2026-12-31' })
    for (const name of ['2026-13', '2026-00', '2026-1', '0999-12', '2026-01-01', ''])
      expect(monthPeriod(name)).toBeNull()
  })

  it('of every kind hold their day, to the last one there is', () => {
    const kind = fc.constantFrom<Period['kind'][]>('date', 'week', 'month')
    const days = fc.oneof(someDay, fc.constantFrom(FIRST, LAST, '1000-01-05', '2999-12-29', '2999-12-30'))
    fc.assert(
      fc.property(kind, days, (kind, day) => {
        const { from, to } = periodOf(kind, day)
        expect(from <= day && day <= to).toBe(true)
      }),
    )
  })
})
