import fc from 'fast-check'
import { expect, it } from 'vitest'
import { embeddableText } from './embeddable-text.ts'

it.each([
  ['  a\n\n b\tc ', 'a b c'],
  ['nul\u0000 and\u0007bell', 'nul and bell'],
  ['half \ud83c a flower', 'half \ufffd a flower'],
  ['\n \u0000 ', ''],
  ['', ''],
  ['of ten letters', 'of ten let'],
  ['nine: 123🌼', 'nine: 123\ufffd'],
])('%j is given as %j', (text, given) => {
  expect(embeddableText(text, 10 + 10 * Number(text.includes(' and') || text.includes('half')))).toBe(given)
})

it('is short, well-formed and without control characters, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, limit) => {
      const given = embeddableText(text, limit)
      expect(given.length).toBeLessThanOrEqual(limit)
      expect(given.isWellFormed()).toBe(true)
      expect(given).not.toMatch(/\p{Cc}|^\s|\s$|\s\s/u)
    }),
  )
})
