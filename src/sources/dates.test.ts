import { expect, it } from 'vitest'
import { parseDate, parseInstant } from './dates.ts'

it.each([
  ['2014', 'year', '2014'],
  ['2014-2', 'month', '2014-02'],
  ['2014/02/11', 'day', '2014-02-11'],
  ['2024-02-29', 'day', '2024-02-29'],
  ['2025-05-20 02:40:40', 'time', '2025-05-20T02:40:40.000Z'],
  ['2025-05-20T02:40Z', 'time', '2025-05-20T02:40:00.000Z'],
  ['2025-05-20T23:40:40.1239-05:30', 'time', '2025-05-21T05:10:40.123Z'],
  ['2016-12-31T23:59:60Z', 'time', '2016-12-31T23:59:59.000Z'],
  ['Mon, 2 Apr 2007 19:18:42 GMT', 'time', '2007-04-02T19:18:42.000Z'],
  ['2 Apr 2007 19:18:42 +0200', 'time', '2007-04-02T17:18:42.000Z'],
])('%s is a date', (text, precision, value) => {
  expect(parseDate(text)).toEqual({ precision, value })
})

it.each([
  '',
  '14',
  '2023-02-29',
  '2014-13',
  '2014-00',
  '0000',
  '9999',
  '2025-05-20T25:00:00Z',
  '2 Foo 2007 19:18:42 GMT',
  '20140211',
])('%j is none', (text) => {
  expect(parseDate(text)).toBeNull()
})

it('takes a day for its midnight and a month for no instant', () => {
  expect(parseInstant('2014-02-11')).toBe('2014-02-11T00:00:00.000Z')
  expect(parseInstant('2014-02')).toBeNull()
})
