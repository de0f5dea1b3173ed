import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearTerms } from './spelling-distance.ts'

function near(term: string, dictionary: Record<string, number>, limit = 10): string[] {
  const known = new Map(Object.entries(dictionary))
  return nearTerms(term, (candidate) => known.get(candidate) ?? 0, { limit }).map((found) => found.term)
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

describe('terms near a term', () => {
  it.each([
    ['tensr', 'tensor'],
    ['tensoor', 'tensor'],
    ['tensar', 'tensor'],
    ['tesnor', 'tensor'],
    ['etnsor', 'tensor'],
    ['ensor', 'tensor'],
    ['tensorr', 'tensor'],
    ['tenso', 'tensor'],
    ['gptx', 'gpt4'],
  ])('%s is one slip from %s', (term, meant) => {
    expect(near(term, { [meant]: 3 })).toEqual([meant])
  })

  it.each(['tensor', 'tens', 'etnsro', 'tnesro', 'tensorial'])(
    'tensor is more or less than one slip from %s',
    (term) => {
      expect(near('tensor', { [term]: 3 })).toEqual([])
    },
  )

  it('come by frequency, and less readily with another first letter', () => {
    const dictionary = { sensor: 40, tensors: 10, tenson: 3, censor: 1 }
    expect(near('tensor', dictionary)).toEqual(['tensors', 'sensor', 'tenson', 'censor'])
    expect(near('tensor', { ...dictionary, sensor: 60 }, 1)).toEqual(['sensor'])
    expect(nearTerms('tensor', (term) => (term === 'sensor' ? 60 : 0), { limit: 1 })).toEqual([
      { term: 'sensor', frequency: 60 },
    ])
  })

  it.each(['abc', 'gpt4', 'σοφοσ', 'c++', '', 'a'.repeat(33)])('of %j are none', (term) => {
    expect(nearTerms(term, () => 1, { limit: 5 })).toEqual([])
  })

  it('are those at distance 1, each asked about once', () => {
    const letters = fc.constantFrom(...'abc')
    fc.assert(
      fc.property(
        fc.string({ unit: letters, minLength: 4, maxLength: 6 }),
        fc.string({ unit: letters, minLength: 3, maxLength: 7 }),
        (term, other) => {
          const asked: string[] = []
          const found = nearTerms(
            term,
            (candidate) => {
              asked.push(candidate)
              return candidate === other ? 1 : 0
            },
            { limit: 5 },
          )
          expect(found.length === 1).toBe(distance(term, other) === 1)
          expect(new Set(asked).size).toBe(asked.length)
        },
      ),
      { numRuns: 3000 },
    )
  })
})
