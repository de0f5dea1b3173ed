import fc from 'fast-check'
import { expect, it } from 'vitest'
import { localPath } from './local-path.ts'

const HERE = 'https://tides.example'

it('keeps a path of this site as it is', () => {
  for (const path of [
    '/',
    '/papers/2601.00001?q=%2F%2Fx#c1',
    '/papers/doi/10.5555/a(b)',
    '/a//b',
    '/papers?q=é',
  ])
    expect(decodeURI(localPath(path))).toBe(decodeURI(path))
})

it('leads nowhere else, whatever it is given', () => {
  const piece = fc.constantFrom(
    '/',
    '//',
    '\\',
    '.',
    '..',
    '/.',
    '/..',
    'evil.example',
    '@',
    ':',
    'https:',
    '%2f',
    '%5c',
    '%2e',
    '\t',
    '\n',
    '\0',
    '?',
    '#',
    ';',
    ' ',
    '\u2028',
    '\ud800',
    'x',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (pieces, rooted) => {
      const path = localPath((rooted ? '/' : '') + pieces.join(''))
      expect(path).toMatch(/^\/(?![/\\])/)
      const url = new URL(path, HERE)
      expect(url.origin).toBe(HERE)
      // As it comes out it stays.
      expect(localPath(path)).toBe(path)
    }),
    { numRuns: 20_000 },
  )
})

it('takes nothing endless', () => {
  expect(localPath(`/${'x'.repeat(2_000)}`, '/desk')).toBe('/desk')
})
