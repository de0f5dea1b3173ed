import { expect, it } from 'vitest'
import { inventedPaper } from './invented-paper.fixture.ts'
import { toJson } from './json.ts'

const OPTIONS = { url: 'https://papers.example/papers/2412.19723', siteName: 'Example Papers' }

it('is the paper as a plain object that survives JSON', () => {
  const object = toJson(inventedPaper(), OPTIONS)
  expect(JSON.parse(JSON.stringify(object))).toEqual(object)
  expect(object).toMatchObject({
    id: '2412.19723',
    url: 'https://papers.example/papers/2412.19723',
    identifiers: { arxiv: '2412.19723', doi: '10.1000/tide_1' },
    title: 'TideGauges: Sea Levels at $O(n^2)$ Cost',
    published: { precision: 'day', value: '2024-12-27' },
    edition: '2024-12-30',
    votes: 12,
    heat: 3.5,
    changedAt: '2025-01-04T05:00:00.000Z',
  })
  expect(object.authors[0]).toEqual({
    name: 'Ada B. van Loon',
    affiliation: null,
    orcid: '0000-0002-1825-0097',
  })
  expect(object.links).toEqual([
    { kind: 'code', url: 'https://code.example/tide_gauges', sources: ['abstract'] },
  ])
})

it('does not show the number of the row', () => {
  expect(JSON.stringify(toJson(inventedPaper({ id: 987654321 }), OPTIONS))).not.toContain('987654321')
})

it('shares nothing with the paper', () => {
  const paper = inventedPaper()
  toJson(paper, OPTIONS).categories.push('cs.CL')
  expect(paper.categories).toEqual(['cs.LG', 'physics.ao-ph'])
})
