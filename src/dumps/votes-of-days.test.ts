import { expect, it } from 'vitest'
import { addHeat, eventHeat } from '../ranking/heat.ts'
import { votesOfDays } from './votes-of-days.ts'

it('makes one event of the votes of a day, which heats as much as all of them to the last digits', () => {
  const votes = [
    ['2026-11-28T00:00:01.007Z', 1],
    ['2026-11-28T09:41:17.123Z', 0.1],
    ['2026-11-28T23:59:59.999Z', 1],
    ['2026-11-29T00:00:00.000Z', 1],
  ].map(([at, weight]) => ({ at: new Date(at as string), weight: weight as number }))
  const days = votesOfDays(votes)
  expect(days.map(({ day, amount }) => [day, amount])).toEqual([
    ['2026-11-28', 3],
    ['2026-11-29', 1],
  ])
  const heatOf = (events: { at: Date; weight: number }[]) =>
    events.reduce((sum, { at, weight }) => addHeat(sum, eventHeat(weight, at)), -Infinity)
  expect(Math.abs(heatOf(days) - heatOf(votes))).toBeLessThan(1e-11)
  expect(days[0]?.weight).toBeCloseTo(2.1, 7)
  // None of them is when somebody voted.
  expect(votes.map(({ at }) => at.getTime())).not.toContain(days[0]?.at.getTime())
  expect(days[0]?.at.toISOString().slice(0, 10)).toBe('2026-11-28')
})
