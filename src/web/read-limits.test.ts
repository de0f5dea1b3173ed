import { expect, it } from 'vitest'
import { openBuckets } from './read-limits.ts'

it('gives each network so many at once, and more as time passes', () => {
  const buckets = openBuckets({ most: 3, aSecond: 2 })
  const take = (now: number, key = 'here') => buckets.take(key, now)
  expect([take(0), take(0), take(0)]).toEqual([0, 0, 0])
  expect(take(0)).toBe(500)
  expect(take(250)).toBe(250)
  expect(take(0, 'there')).toBe(0)
  expect([take(1_250), take(1_250), take(1_250)]).toEqual([0, 0, 250])
  // A clock that was set back gives nothing, and takes nothing away.
  expect(take(0)).toBe(250)
  expect([take(60_000), take(60_000), take(60_000)]).toEqual([0, 0, 0])
  expect(take(60_000)).toBe(500)
})
