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
    ['Accepted by \\apj, {\\mnras}; \\aap{} 3', 'Accepted by ApJ, MNRAS; A&A 3'],
    ['$\\nosuch x$ $\\nosuch{x}$', 'nosuch x nosuch x'],
    ['$\\ket{\\psi}$, $\\bra{0}$, $\\Ket{0}$, $\\ketbra{0}{1}$', '|ψ⟩, ⟨0|, |0⟩, |0⟩⟨1|'],
    ['$\\braket{a|b}$ $\\braket{a}{b}$ $\\expval{A}$ $\\mel{a}{H}{b}$', '⟨a|b⟩ ⟨a|b⟩ ⟨A⟩ ⟨a|H|b⟩'],
    ['$\\langle a | b \\rangle$ $\\lVert x \\rVert$ $\\norm{x}$ $\\abs{x}$', '⟨a | b⟩ ‖x‖ ‖x‖ |x|'],
    ['see http:// and \\\u{1d538}x', 'see http:// and \\\u{1d538}x'],
    ['\\verb\u{1d538}x\u{1d538}', '\u{1d538}x\u{1d538}'],
    ['$\\pmatrix{a&b\\cr c&d}$ $f=\\cases{1&x>0\\cr 0}$', '(a b; c d) f={1, x>0; 0}'],
    ['$\\genfrac(){0pt}{}{n}{k}$ $\\varDelta$ $\\RR^n$ $\\O(n)$', '(n choose k) Δ ℝⁿ O(n)'],
    ['$\\slashed{D}$ $\\ce{H2O}$', 'D\u0338 H2O'],
    ['$\\Bbb{R}^n$ $\\Bbb Z$ ${\\Bbb C}_p$ $\\frak g$', 'ℝⁿ ℤ ℂₚ g'],
    ['$\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}$', '(a b; c d)'],
    ['$\\begin{bmatrix}1&0\\\\[2pt]0&1\\\\\\end{bmatrix}$', '[1 0; 0 1]'],
    ['$\\left(\\begin{array}{c|c} n & 1 \\\\ \\hline k & 2 \\end{array}\\right)$', '(n 1; k 2)'],
    ['$f(x)=\\begin{cases} 1 & x>0 \\\\ 0 & \\text{otherwise} \\end{cases}$', 'f(x)={1, x>0; 0, otherwise}'],
    ['$\\begin{pmatrix}\\begin{matrix}1&2\\end{matrix}\\\\3\\end{pmatrix}$', '(1 2; 3)'],
    [
      '$a\\operatorname{mod} b$ $\\operatorname*{arg\\,max}_x f$ $\\operatorname{Tr}\\rho$',
      'a mod b arg maxₓ f Tr ρ',
    ],
    ["$f'$ $f''(x)$ $f'''$ $f^{\\prime\\prime}$ $x'_i$", 'f′ f″(x) f‴ f″ x′ᵢ'],
    ['$a \\bmod n$ $a \\pmod{p}$ $\\max_x$ $\\deg f$', 'a mod n a (mod p) maxₓ deg f'],
    ['${a \\over b}$ ${a+1 \\over b}$ ${n \\choose k}$ $\\cfrac12$', 'a/b (a+1)/b (n choose k) 1/2'],
    [
      '$\\frac{\\partial u}{\\partial t}$ $M_\\odot$ $\\stackrel{d}{=}$ $A\\xrightarrow{f}B$',
      '∂u/∂t M_⊙ =ᵈ A –f→ B',
    ],
    ['$\\sum_{\\substack{i<j\\\\k}}$ $\\phantom{x}y$ $\\SI{3}{km}$', '∑_(i<j k) y 3 km'],
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
