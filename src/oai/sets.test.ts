import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editionSpec, parseSet, specsOf, topicSpec } from './sets.ts'

describe('sets', () => {
  it('have names that the protocol allows, each leading back to its topic', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (category) => {
        const spec = topicSpec(category)
        expect(spec).toMatch(/^topic:[A-Za-z0-9\-_.!~*'()]+$/)
        if (!category.includes('\0')) expect(parseSet(spec)).toEqual({ kind: 'topic', category })
      }),
    )
    expect(topicSpec('cs.CL')).toBe('topic:cs.CL')
    expect(topicSpec('Animal behavior')).toBe('topic:Animal~20behavior')
  })

  it('are what their names say', () => {
    expect(parseSet('topic')).toEqual({ kind: 'topics' })
    expect(parseSet('edition')).toEqual({ kind: 'editions' })
    expect(parseSet(editionSpec('2026-01-14'))).toEqual({ kind: 'edition', day: '2026-01-14' })
    for (const other of [
      '',
      'cs.CL',
      'topic:',
      'topic:~41',
      'topic:~ff',
      'topic:a b',
      'edition:x',
      'edition:2026-13-01',
    ])
      expect([other, parseSet(other)]).toEqual([other, null])
  })

  it('are named once by a record', () => {
    expect(specsOf({ categories: ['cs.CL', 'cs.CL'], edition: null })).toEqual(['topic:cs.CL'])
    expect(specsOf({ categories: [], edition: '2026-01-14' })).toEqual(['edition:2026-01-14'])
  })
})
