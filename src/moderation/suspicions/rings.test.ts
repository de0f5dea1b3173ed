import { expect, it } from 'vitest'
import { surpriseOf, unlikeliness, type Ballots } from './ballots.ts'
import { binomialSurprise, poissonSurprise } from './chance.ts'
import { findGroups, isCovered, type Ballot, type Pair } from './rings.ts'

const HOUR = 3_600_000

/** Votes for papers by who cast them, hours apart, and what is found among them. */
function groupsAmong(
  papersOf: Record<string, number[]>,
  {
    voters = 200,
    total = 2_000,
    othersFor = 2,
  }: { voters?: number; total?: number; othersFor?: number } = {},
) {
  const votes: Ballot[] = Object.entries(papersOf).flatMap(([readerId, papers], place) =>
    papers.map((paperId) => ({ readerId, paperId, at: (paperId * 50 + place * 3) * HOUR })),
  )
  const votesFor = new Map(
    [...Map.groupBy(votes, ({ paperId }) => paperId)].map(([id, cast]) => [id, cast.length + othersFor]),
  )
  const names = Object.keys(papersOf).toSorted()
  const pairs: Pair[] = names.flatMap((a, i) => names.slice(i + 1).map((b) => ({ a, b })))
  const steps = findGroups(pairs, { votes, electorate: { votesFor, total, voters } })
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value.map(({ members, papers }) => ({ members, papers }))
  }
}
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

it('finds three accounts and more that agree, however far apart they vote', () => {
  const alike = upTo(8)
  expect(groupsAmong({ a: alike, b: alike, c: alike, d: upTo(30, 20) })).toEqual([
    { members: ['a', 'b', 'c'], papers: alike },
  ])
  // Two people may share a desk and a taste.
  expect(groupsAmong({ a: alike, b: alike, d: upTo(30, 20) })).toEqual([])
})

it('forgives a ring what it forgot, and what else it votes for', () => {
  const ring = { a: upTo(9), b: upTo(10), c: upTo(10, 2), d: [...upTo(6), ...upTo(10, 8)], e: upTo(10) }
  const members = Object.keys(ring)
  expect(groupsAmong(ring)).toEqual([{ members, papers: upTo(10) }])
  const elsewhere = Object.entries(ring).map(([id, papers], i) => [
    id,
    [...papers, ...upTo(112 + 20 * i, 100 + 20 * i)],
  ])
  expect(groupsAmong(Object.fromEntries(elsewhere))).toEqual([{ members, papers: upTo(10) }])
})

it('passes over those who agree on what everybody likes', () => {
  const alike = upTo(8)
  const three = { a: alike, b: alike, c: alike }
  expect(groupsAmong(three, { othersFor: 90 })).toEqual([])
})

it('passes over a circle in which everybody agrees by half', () => {
  const circle = Object.fromEntries(
    upTo(12).map((place) => [
      `r${String(place).padStart(2, '0')}`,
      upTo(24).filter((paper) => (paper * place * 7) % 13 < 7),
    ]),
  )
  expect(groupsAmong(circle)).toEqual([])
})

it('grows a ring of dozens', () => {
  const ring = Object.fromEntries(upTo(60).map((place) => [`r${String(place).padStart(2, '0')}`, upTo(10)]))
  expect(groupsAmong(ring, { voters: 5_000, total: 50_000 })).toMatchObject([{ members: { length: 60 } }])
})

it('takes a finding for known until it has somebody new or four papers more', () => {
  const earlier = [{ members: ['a', 'b', 'c'], paperIds: [1, 2, 3, 4] }]
  expect(isCovered({ members: ['a', 'b', 'c'], paperIds: [2, 3, 4, 5, 6, 7] }, earlier)).toBe(true)
  expect(isCovered({ members: ['a', 'b', 'c'], paperIds: [5, 6, 7, 8] }, earlier)).toBe(false)
  expect(isCovered({ members: ['a', 'b', 'd'], paperIds: [1, 2, 3, 4] }, earlier)).toBe(false)
})

it('calculates how unlikely agreement is', () => {
  const ballots: Ballots = new Map(
    ['a', 'b', 'c'].map((id) => [id, new Map(upTo(4).map((p, i) => [p, i * HOUR * 24]))]),
  )
  const votesFor = new Map(upTo(4).map((paper) => [paper, 10]))
  const meeting = { papers: upTo(4), ballots, electorate: { votesFor, total: 1_000, voters: 100 } }
  // Four votes of which each falls on one of the papers left: 4! · (10 / 1000)^4.
  expect(unlikeliness('a', meeting)).toBeCloseTo(-Math.log10(24 * 1e-8), 9)
  expect(unlikeliness('a', meeting, { floor: 0.5 })).toBeCloseTo(4 * Math.log10(2), 9)
  expect(unlikeliness('nobody', meeting)).toBe(0)
  // Two of them, minus the choices of three from a hundred; cast at the same moments, each of their votes says more.
  const choices = Math.log10((100 * 99 * 98) / 6)
  const close = -4 * Math.log10(0.3)
  expect(surpriseOf(['a', 'b', 'c'], meeting)).toBeCloseTo(2 * (-Math.log10(24 * 1e-8) + close) - choices, 9)
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
