import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatQuery, formatTerm } from './format-query.ts'
import { parseQuery } from './parse-query.ts'
import { anyQuery, anyTerm, anyText } from './testing/arbitraries.ts'

describe('the canonical text', () => {
  it.each([
    ['', ''],
    ['  graph   nets ', 'graph nets'],
    ['“graph nets”', '"graph nets"'],
    ['«the "old" way', '«the "old" way»'],
    ['"it', '"it"'],
    ['NOT survey', '-survey'],
    ['a | b AND c', 'a OR b c'],
    ['NOT a OR NOT b', '-a OR b'],
    ['(a OR b) -(c OR "d e")', 'a OR b -c OR "d e"'],
    ['a OR -b', 'a -b'],
    ['au: loon By:"ada loon"', 'author:loon author:"ada loon"'],
    ['ti:x title:"x y"', 'title:x title:"x y"'],
    ['topic:CS.cl cat:cs.*', 'cat:cs.CL cat:cs'],
    ['cat:"some topic" cat:"plain"', 'cat:"some topic" cat:plain'],
    ['cat:«"x»', 'cat:«"x»'],
    ['date:2025', 'date:2025'],
    ['date:2025-02-01..2025-02-28', 'date:2025-02'],
    ['date:2025-01..2026-12-31', 'date:2025..2026'],
    ['date:2025..2025-06', 'date:2025-01..2025-06'],
    ['date:2025..2025-06-10', 'date:2025-01-01..2025-06-10'],
    ['year:2020-2024', 'date:2020..2024'],
    ['since:2025-03', 'date:2025-03..'],
    ['before:2025-03', 'date:..2025-02'],
    ['date:>2025-03-14', 'date:2025-03-15..'],
    ['date:2025-01-01', 'date:2025-01-01'],
    ['has:datasets -has:repo', 'has:data -has:code'],
    ['sort:votes a', 'a sort:top'],
    ['sort:new', 'sort:new'],
    ['a sort:relevance', 'a'],
    ['author: -b', 'author -b'],
    ['https://a.org/b date:soon', 'https://a.org/b date:soon'],
    ['(f(x))', 'f(x)'],
  ])('of %s is %s', (text, canonical) => {
    expect(formatQuery(parseQuery(text))).toBe(canonical)
  })

  it('of what no reader can type as it is has quotes', () => {
    expect(formatTerm({ kind: 'word', field: 'author', text: 'Ada Loon' })).toBe('author:"Ada Loon"')
    expect(formatTerm({ kind: 'word', field: 'any', text: 'OR' })).toBe('"OR"')
    expect(formatTerm({ kind: 'word', field: 'any', text: 'cat:cs.CL' })).toBe('"cat:cs.CL"')
    expect(formatTerm({ kind: 'word', field: 'any', text: '-x' })).toBe('"-x"')
  })

  it('says the same as any text it is made of', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const query = parseQuery(text)
        expect(parseQuery(formatQuery(query))).toEqual(query)
      }),
      { numRuns: 3000 },
    )
  })

  it('has room for all that was read, and is its own', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const canonical = formatQuery(parseQuery(text))
        expect(canonical.length).toBeLessThanOrEqual(4000)
        expect(formatQuery(parseQuery(canonical))).toBe(canonical)
      }),
      { numRuns: 2000 },
    )
  })

  it('says all of any query', () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        expect(parseQuery(formatQuery(query))).toEqual(query)
      }),
      { numRuns: 3000 },
    )
  })

  it('tells terms apart', () => {
    fc.assert(
      fc.property(anyTerm, anyTerm, (one, other) => {
        const areAlike = formatTerm(one) === formatTerm(other)
        if (areAlike) expect(one).toEqual(other)
      }),
      { numRuns: 5000 },
    )
  })
})
