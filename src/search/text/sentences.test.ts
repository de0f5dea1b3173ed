import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sentencesIn } from './sentences.ts'

function shown(text: string): string[] {
  return sentencesIn(text).map(({ start, end }) => text.slice(start, end))
}

describe('the sentences of a text', () => {
  it.each([
    ['', []],
    [' \n\n ', []],
    ['The tide turns', ['The tide turns']],
    ['The tide turns. It does.', ['The tide turns.', 'It does.']],
    ['  Does it?  It does!\tGood. ', ['Does it?', 'It does!', 'Good.']],
    ['It is 3.5 m high. 7 gulls saw it.', ['It is 3.5 m high.', '7 gulls saw it.']],
    ['Gulls, e.g. Herring ones, i.e. Larus.', ['Gulls, e.g. Herring ones, i.e. Larus.']],
    [
      'As Loon et al. Wrote, see Fig. 2 and Eqs. 3 and 4.',
      ['As Loon et al. Wrote, see Fig. 2 and Eqs. 3 and 4.'],
    ],
    ['By Dr. A. B. Loon vs. Mrs. Poe.', ['By Dr. A. B. Loon vs. Mrs. Poe.']],
    ['Draws are i.i.d. Gaussian. So are we.', ['Draws are i.i.d. Gaussian.', 'So are we.']],
    [
      'He said “It turns.” We heard (twice.) Then it did.',
      ['He said “It turns.”', 'We heard (twice.)', 'Then it did.'],
    ],
    ['A heading\n\nThe text. one more', ['A heading', 'The text. one more']],
    ['One line\nand the next.\nAnother.', ['One line\nand the next.', 'Another.']],
    ['潮水转了。是吗？「是。」 好', ['潮水转了。', '是吗？', '「是。」', '好']],
    ['Visit tide.example.org or v2.0 now', ['Visit tide.example.org or v2.0 now']],
  ])('%j', (text, sentences) => {
    expect(shown(text)).toEqual(sentences)
  })

  it('leaves a long sentence whole', () => {
    const long = `${'so '.repeat(400)}on.`
    expect(shown(`${long} And then?`)).toEqual([long, 'And then?'])
  })

  it('leave out nothing but white space, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          fc.string({ unit: fc.constantFrom(...'aB.?!。」)” \n\t', 'e.g. ', 'Fig. ') }),
        ),
        (text) => {
          let last = 0
          for (const { start, end } of sentencesIn(text)) {
            expect(text.slice(last, start).trim()).toBe('')
            expect(end).toBeGreaterThan(start)
            expect(text.slice(start, end)).toBe(text.slice(start, end).trim())
            last = end
          }
          expect(text.slice(last).trim()).toBe('')
        },
      ),
      { numRuns: 5000 },
    )
  })

  it.each(['.', '. ', ' ', '\n', '\n ', '。', 'A. ', ')', '.)', 'a'])(
    'are found in time linear in the length of %j again and again',
    (piece) => {
      const started = performance.now()
      sentencesIn(piece.repeat(1_000_000 / piece.length))
      expect(performance.now() - started).toBeLessThan(10_000)
    },
  )
})
