import { expect, it } from 'vitest'
import type { LearntInterest } from './learn.ts'
import { orderPapers, type ScoredPaper } from './order.ts'
import type { KnownPaper } from './known-paper.ts'
import type { Scores } from './scores.ts'

const COUNT = 1_000

/** Two interests; what they say of papers, and what both say together, come to nearly the same. */
const papers = Array.from({ length: COUNT }, (_, i): KnownPaper => ({
  id: i + 1,
  features: { ids: new Uint32Array(), weights: new Float32Array(), meaning: null, scale: 1, common: 0 },
  vector: null,
  topics: [],
  // Others think most of papers that are just likely to one interest, and not by what both say.
  attention: Math.max(0, 20 - Math.abs(i - 390)),
}))
const said = (id: number) =>
  Float64Array.of(id % 3 === 0 ? 1 / id : 0.9 / id, id % 3 === 0 ? 0.9 / id : 1 / id)
const interest = (id: number): LearntInterest => ({
  id,
  name: `Interest ${id}`,
  namedByReader: false,
  boost: 1,
  isPaused: false,
  kind: 'standing',
  acts: [],
  excluded: [],
  model: {
    counts: new Float64Array(),
    explain: () => ({ parts: new Float64Array(), effects: new Float64Array() }),
    withoutItself: () => 0,
  },
  likely: 0.0025,
})
const interests = [interest(1), interest(2)]

function pageOf(options: {
  only?: number | null
  offset?: number
  limit?: number
  seen?: number[]
  mixed?: boolean
}) {
  let asked = 0
  const scores: Scores = {
    overall: () => [],
    ofEach({ id }) {
      asked += 1
      return said(id)
    },
  }
  const scored = papers.map((paper): ScoredPaper => {
    const [a = 0, b = 0] = said(paper.id)
    return { paper, overall: (a + b) / 2, besides: 0, topic: null, author: null }
  })
  const { offset = 0, limit = 30, only = null, seen = [], mixed = false } = options
  const found = orderPapers(scored, {
    interests,
    scores,
    seen: new Set(seen),
    only,
    mixed,
    offset,
    limit,
  })
  return { ...found, ids: found.page.map(({ paper }) => paper.id), asked }
}

it('has the papers in order, page after page, and asks each interest about the best alone', () => {
  const { ids, total, asked } = pageOf({})
  expect(ids).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
  expect(total).toBe(COUNT)
  expect(asked).toBeLessThan(COUNT / 4)
  const all: number[] = []
  for (let offset = 0; offset < COUNT; offset += 30) all.push(...pageOf({ offset }).ids)
  expect(all).toEqual(papers.map(({ id }) => id))
})

it('says of each paper on the page which interest it is for, however far on', () => {
  for (const offset of [0, 300, 960])
    for (const { paper, interest: of } of pageOf({ offset }).page) expect(of).toBe(paper.id % 3 === 0 ? 0 : 1)
})

it('shows of one interest what it finds best, and whether more follows', () => {
  const first = pageOf({ only: 0 })
  expect(first.ids).toEqual(Array.from({ length: 30 }, (_, i) => 3 * (i + 1)))
  expect(first.total).toBeGreaterThan(30)
  const last = pageOf({ only: 0, offset: 330 })
  expect(last.ids).toEqual([993, 996, 999])
  expect(last.total).toBe(333)
  expect(pageOf({ only: -1 }).ids).toEqual([])
})

it('has what was seen before last', () => {
  const { ids } = pageOf({ seen: [1, 2, 3], limit: 2 })
  expect(ids).toEqual([4, 5])
  expect(pageOf({ seen: [1, 2, 3], offset: COUNT - 3, limit: 3 }).ids).toEqual([1, 2, 3])
})

it('has each paper on one page, also where pages are mixed and some were seen', () => {
  const seen = papers.filter(({ id }) => id % 5 === 0).map(({ id }) => id)
  const all: number[] = []
  for (let offset = 0; offset < COUNT; offset += 30) all.push(...pageOf({ offset, seen, mixed: true }).ids)
  expect(all).toHaveLength(COUNT)
  expect(new Set(all).size).toBe(COUNT)
})
