import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { meantBy } from './slips.ts'

/** The likelihood that a word was meant by what was typed; 0 when no single slip makes the one of the other. */
function likelihood(typed: string, meant: string): number {
  return Math.max(0, ...[...meantBy(typed)].filter((one) => one.meant === meant).map((one) => one.likelihood))
}

/** Optimal string alignment: the Damerau–Levenshtein distance with no edit inside a swapped pair. */
function distance(one: string, other: string): number {
  const rows = Array.from({ length: one.length + 1 }, (_, i) =>
    Array.from({ length: other.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  )
  const at = (i: number, j: number) => rows[i]?.[j] ?? Infinity
  for (let i = 1; i <= one.length; i++) {
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1
      const swapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      const row = rows[i] ?? []
      row[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + same,
        swapped ? at(i - 2, j - 2) + 1 : Infinity,
      )
    }
  }
  return at(one.length, other.length)
}

describe('what may have been meant', () => {
  it.each([
    'tensr',
    'tensoor',
    'tensar',
    'tesnor',
    'etnsor',
    'ensor',
    'tensorr',
    'tenso',
    'ttensor',
    'xtensor',
  ])('by %s may be tensor', (typed) => {
    expect(likelihood(typed, 'tensor')).toBeGreaterThan(0)
  })

  it.each([
    ['swapped neighbours', 'mertics', 'metrics', 'vertics'],
    ['swapped neighbours', 'langauge', 'language', 'langage'],
    ['one of a pair left out', 'difusion', 'diffusion', 'diefusion'],
    ['a letter typed twice', 'modell', 'model', 'modela'],
    ['a key beside the right one', 'netwprk', 'network', 'netwdrk'],
    ['another vowel', 'independant', 'independent', 'independxnt'],
    ['any letter but the first', 'sensof', 'sensor', 'aensof'],
  ])('%s: %s is sooner %s than %s', (_, typed, sooner, later) => {
    expect(likelihood(typed, sooner)).toBeGreaterThan(1.5 * likelihood(typed, later))
    expect(likelihood(typed, later)).toBeGreaterThan(0)
  })

  it.each(['abc', 'gpt4', 'σοφοσ', 'c++', '', 'a'.repeat(33)])('by %j is nothing else', (typed) => {
    expect([...meantBy(typed)]).toEqual([])
  })

  it('is all at distance 1, and nothing else', () => {
    const letters = fc.constantFrom(...'abc')
    fc.assert(
      fc.property(
        fc.string({ unit: letters, minLength: 4, maxLength: 6 }),
        fc.string({ unit: letters, minLength: 3, maxLength: 7 }),
        (typed, other) => {
          expect(likelihood(typed, other) > 0).toBe(distance(typed, other) === 1)
        },
      ),
      { numRuns: 500 },
    )
  })
})
