import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainText } from './plain-text.ts'
import { ANY } from './tex/tex-text.fixture.ts'

describe('TeX as plain text', () => {
  it.each([
    ['$O(n^2)$ time', 'O(n²) time'],
    ['$n^{10}$ and $x_{i+1}$, $x_{i,j}$, $2^{\\alpha}$, $n^{1.58}$', 'n¹⁰ and xᵢ₊₁, x_(i,j), 2^α, n^1.58'],
    ['$\\alpha\\le\\infty$', 'α ≤ ∞'],
    ['$3\\times10^{-3}$', '3×10⁻³'],
    ['$x\\in\\mathbb{R}^d$', 'x ∈ ℝᵈ'],
    ['$\\sqrt{x}$ $\\sqrt{x+1}$ $\\frac{a}{b}$ $\\frac{a+1}{b}$', '√x √(x+1) a/b (a+1)/b'],
    ['$\\tilde{O}(n\\log n)$', 'Õ(n log n)'],
    ['$\\text{Max}\\left(a,b\\right)$', 'Max(a,b)'],
    ["\\emph{Na\\\"ive} ``Bayes''~-- \\href{https://a.example}{here}", 'Naïve “Bayes” – here'],
    ['$\\nosuch x$', 'nosuch x'],
  ])('reads %s as %s', (tex, text) => {
    expect(plainText(tex)).toBe(text)
  })

  it('is one line without control characters', () => {
    fc.assert(
      fc.property(ANY, (text) => {
        expect(plainText(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E]/u)
        expect(plainText(text)).toBe(plainText(text).trim())
      }),
      { numRuns: 2000 },
    )
  })

  it('loses no letter of plain text', () => {
    const words = fc.string({ unit: fc.constantFrom(...'aZé9 .,:;!?$()[]<>&"\n%#^_*+=/|@') })
    const letters = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '')
    fc.assert(fc.property(words, (text) => letters(plainText(text)) === letters(text) || text.includes('$')))
  })
})
