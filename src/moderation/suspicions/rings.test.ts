import { expect, it } from 'vitest'
import { binomialSurprise, poissonSurprise } from './chance.ts'
import { arrangedPairs, isCovered, ringsOf, sharedPapers, type Pair } from './rings.ts'

const pair = (a: string, b: string, together = 6): Pair & { likeness: number; surprise: number } => ({
  a,
  b,
  together,
  likeness: 0.9,
  surprise: 9,
})

it('joins pairs to groups of three and more', () => {
  const rings = ringsOf([
    pair('a', 'b'),
    pair('c', 'd'),
    { ...pair('b', 'c'), likeness: 0.7, surprise: 12 },
    pair('x', 'y'),
    pair('p', 'q'),
    pair('q', 'r'),
  ])
  expect(rings).toEqual([
    { members: ['a', 'b', 'c', 'd'], likeness: 0.7, surprise: 12 },
    { members: ['p', 'q', 'r'], likeness: 0.9, surprise: 9 },
  ])
  expect(ringsOf([])).toEqual([])
})

it('joins a long chain without going deep', () => {
  const name = (n: number) => String(n).padStart(6, '0')
  const chain = Array.from({ length: 20_000 }, (_, n) => pair(name(n), name(n + 1)))
  expect(ringsOf(chain.toReversed())).toMatchObject([{ members: { length: 20_001 } }])
})

it('passes over who meets on what everybody likes, and who mostly votes apart', () => {
  const voter = (votes: number, popularity: number) => ({ votes, popularity })
  const suspected = (together: number, a: ReturnType<typeof voter>, b = a) =>
    arrangedPairs([{ a: 'a', b: 'b', together }], {
      voters: new Map([
        ['a', a],
        ['b', b],
      ]),
      total: 4_000,
    }).length
  // Six papers that few vote for, and that both do within minutes.
  expect(suspected(6, voter(6, 30))).toBe(1)
  expect(suspected(3, voter(3, 15))).toBe(0)
  // The six most popular papers.
  expect(suspected(6, voter(6, 1_800))).toBe(0)
  // Among forty others.
  expect(suspected(6, voter(46, 230))).toBe(0)
  expect(suspected(6, voter(6, 30), voter(46, 230))).toBe(0)
})

it('tells which papers a ring has in common', () => {
  const votes = [1, 1, 1, 1, 2, 2, 3].map((paperId) => ({ paperId }))
  expect([...sharedPapers(votes, { members: 4 }).keys()]).toEqual([1, 2])
  expect([...sharedPapers(votes, { members: 6 }).keys()]).toEqual([1])
})

it('takes a finding for known until it has somebody new or four papers more', () => {
  const earlier = [{ members: ['a', 'b', 'c'], paperIds: [1, 2, 3, 4] }]
  expect(isCovered({ members: ['a', 'b', 'c'], paperIds: [2, 3, 4, 5, 6, 7] }, earlier)).toBe(true)
  expect(isCovered({ members: ['a', 'b', 'c'], paperIds: [5, 6, 7, 8] }, earlier)).toBe(false)
  expect(isCovered({ members: ['a', 'b', 'd'], paperIds: [1, 2, 3, 4] }, earlier)).toBe(false)
})

it('treats chance as the tables do', () => {
  // P(X ≥ 3 | 1) = 0.0803, P(X ≥ 10 | 2) = 4.65e-5
  expect(10 ** -poissonSurprise(3, 1)).toBeCloseTo(0.08, 1)
  expect(poissonSurprise(10, 2)).toBeCloseTo(4.33, 1)
  expect(poissonSurprise(1, 2)).toBe(0)
  // P(X ≥ 8 | 10, ½) = 56 / 1024
  expect(10 ** -binomialSurprise(8, 10, 0.5)).toBeCloseTo(56 / 1024, 9)
  expect(binomialSurprise(10, 10, 1)).toBe(0)
  expect(binomialSurprise(4, 10, 0.5)).toBe(0)
})
