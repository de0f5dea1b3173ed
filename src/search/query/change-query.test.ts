import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasTerm, withoutTerm, withSort, withTerm } from './change-query.ts'
import { formatQuery } from './format-query.ts'
import { parseQuery } from './parse-query.ts'
import type { QueryTerm } from './query.ts'
import { anyQuery, anyTerm } from './testing/arbitraries.ts'

const code: QueryTerm = { kind: 'has', what: 'code' }
const topic: QueryTerm = { kind: 'category', category: 'cs.CL' }

describe('a facet', () => {
  it.each([
    ['', 'has:code'],
    ['graphs sort:new', 'graphs has:code sort:new'],
    ['has:code graphs', 'has:code graphs'],
    ['-has:code', '-has:code has:code'],
    ['has:code OR graphs', 'has:code OR graphs has:code'],
    ['has:data', 'has:data has:code'],
  ])('is added to %j once', (before, after) => {
    expect(formatQuery(withTerm(parseQuery(before), code))).toBe(after)
  })

  it.each([
    ['has:code graphs has:repo sort:new', 'graphs sort:new'],
    ['graphs', 'graphs'],
    ['-has:code', '-has:code'],
    ['has:code OR graphs', 'has:code OR graphs'],
  ])('is taken from %j', (before, after) => {
    expect(formatQuery(withoutTerm(parseQuery(before), code))).toBe(after)
  })

  it.each([
    ['cat:CS.cl graphs', true],
    ['cat:cs', false],
    ['cs.CL', false],
    ['-cat:cs.CL', false],
    ['cat:cs.CL OR cat:cs.LG', false],
  ])('is in %j: %s', (text, expected) => {
    expect(hasTerm(parseQuery(text), topic)).toBe(expected)
  })

  it('is there when added, gone when taken, and leaves the query as it was', () => {
    fc.assert(
      fc.property(anyQuery, anyTerm, (query, term) => {
        const before = structuredClone(query)
        const added = withTerm(query, term)
        expect(hasTerm(added, term)).toBe(true)
        expect(withTerm(added, term)).toBe(added)
        expect(hasTerm(withoutTerm(added, term), term)).toBe(false)
        if (!hasTerm(query, term)) expect(withoutTerm(added, term)).toEqual(query)
        expect(query).toEqual(before)
      }),
      { numRuns: 2000 },
    )
  })
})

it('changes the order', () => {
  const query = parseQuery('graphs sort:new')
  expect(formatQuery(withSort(query, 'top'))).toBe('graphs sort:top')
  expect(formatQuery(withSort(query, 'relevance'))).toBe('graphs')
  expect(query.sort).toBe('new')
})
