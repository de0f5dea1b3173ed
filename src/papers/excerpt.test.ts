import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { excerpt } from './excerpt.ts'
import { ANY, TEX } from './tex/tex-text.fixture.ts'

describe('the beginning of a text', () => {
  it('is the whole text where that is short enough', () => {
    expect(excerpt(' Short $x$. ', 40)).toBe('Short $x$.')
  })

  it('ends with a sentence that ends late enough', () => {
    expect(excerpt('We measure all of the tides. Then we rest for a while.', 40)).toBe(
      'We measure all of the tides.',
    )
    expect(excerpt('We measure tides, e.g. Those of the North Sea, and then rest.', 40)).toBe(
      'We measure tides, e.g. Those of the …',
    )
    expect(excerpt('Short. We measure all of the tides that there are in the sea.', 40)).toBe(
      'Short. We measure all of the tides that …',
    )
  })

  it('never cuts a formula, an argument or a URL', () => {
    expect(excerpt('Take all $a + b + c + d$ of it', 12)).toBe('Take all …')
    expect(excerpt('Take \\emph{all of it and more} now', 16)).toBe('Take …')
    expect(excerpt('See https://a.example/very/long/path/of/it now', 16)).toBe('See …')
    expect(excerpt('$a + b + c + d + e + f$ is long', 8)).toBe('…')
    expect(excerpt('Donaudampfschifffahrt', 8)).toBe('Donaudam …')
  })

  it('is short enough, the beginning, and its own excerpt, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          ANY,
          fc.array(TEX).map((parts) => parts.join(' ')),
        ),
        fc.integer({ min: 1, max: 60 }),
        (text, limit) => {
          const short = excerpt(text, limit)
          expect(short.length).toBeLessThanOrEqual(limit + 2)
          expect(excerpt(short, limit)).toBe(short)
          expect(short.isWellFormed()).toBe(true)
        },
      ),
      { numRuns: 1000 },
    )
  })
})
