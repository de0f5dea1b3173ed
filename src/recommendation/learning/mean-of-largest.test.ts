import { expect, it } from 'vitest'
import { meanOfLargest } from './mean-of-largest.ts'

/** As it is defined. */
function bySorting(values: readonly number[], count: number): number {
  return (
    values
      .toSorted((a, b) => b - a)
      .slice(0, count)
      .reduce((sum, one) => sum + one, 0) / count
  )
}

it('is the mean of the largest values, for values of all kinds', () => {
  const kinds: ((i: number) => number)[] = [
    (i) => i,
    (i) => -i,
    () => 3,
    (i) => i % 4,
    (i) => Math.sin(i * 12.9898) * 43758,
    (i) => (i % 7 === 0 ? i : 0),
  ]
  for (const kind of kinds)
    for (const length of [1, 2, 3, 10, 257])
      for (const count of new Set([1, Math.ceil(length / 100), Math.ceil(length / 2), length])) {
        const values = Array.from({ length }, (_, i) => kind(i))
        expect(meanOfLargest(Float64Array.from(values), count)).toBeCloseTo(bySorting(values, count), 9)
      }
})
