import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ANY } from './tex/tex-text.fixture.ts'
import { typeset, typesetAbstract } from './typeset.ts'

const ALLOWED_TAGS = new Set(
  (
    'em strong code span sup sub a math mrow mi mn mo ms mtext mspace mover munder munderover msup msub msubsup ' +
    'mmultiscripts mprescripts mfrac msqrt mroot mtable mtr mtd mlabeledtr mstyle mpadded mphantom menclose'
  ).split(' '),
)

/** Throws unless the HTML holds only known elements, evenly nested, with harmless attributes. */
function expectSafe(html: string): void {
  const open: string[] = []
  const refuse = (why: string) => {
    throw new Error(`${why}: ${html.slice(0, 2000)}`)
  }
  for (const [tag, slash, name = '', attributes = ''] of html.matchAll(/<(\/?)([^\s>]*)([^>]*)>|[<>]/g)) {
    if (!ALLOWED_TAGS.has(name)) refuse(`element ${tag}`)
    if (slash === '/') {
      if (open.pop() !== name || attributes !== '') refuse(`end of ${name}`)
      continue
    }
    open.push(name)
    if (!/^(?: [a-z]+="[^"]*")*$/.test(attributes)) refuse(`attributes of ${tag}`)
    for (const [, attribute = '', value = ''] of attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)) {
      if (/^(?:on|style$|src$|id$|xlink|xmlns)/.test(attribute)) refuse(attribute)
      if (attribute === 'href' && (name !== 'a' || !/^https?:\/\/[^@/]+(?:[/?#]|$)/.test(value)))
        refuse(value)
    }
  }
  if (open.length > 0) refuse('left open')
}

function repeated(piece: string, length = 100_000): string {
  return piece.repeat(Math.floor(length / piece.length))
}

const HOSTILE = [
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '" onmouseover="alert(1)',
  '\\href{javascript:alert(1)}{press} \\url{javascript:alert(1)} \\href{data:text/html,<b>}{x}',
  '\\href{https://a.example/" onclick="alert(1)}{x} https://a.example/"onclick="x',
  '\\href{https://bank.example@evil.example/}{bank}',
  '$\\href{javascript:alert(1)}{x}$ $x\\href{https://a.example}{y}$ $\\url{javascript:alert(1)}$',
  '$\\htmlData{onclick=alert(1)}{x}$ $\\htmlStyle{color:red}{x}$ $\\htmlClass{a" onclick="b}{x}$ $\\htmlId{a}{x}$',
  '$\\includegraphics{https://a.example/x.png}$',
  '$\\def\\a{\\a\\a}\\a$ $\\gdef\\x#1{#1#1}\\x{\\x{\\x{a}}}$ $\\newcommand{\\y}{z}\\y$ $\\let\\frac=\\sqrt$',
  '$\\color{red}{x}$ $\\textcolor{#ff0000}{x}$ $\\colorbox{red}{x}$ $\\fcolorbox{red}{blue}{x}$ $\\rule{1em}{1em}$',
  '$\\text{</math><script>alert(1)</script>}$ $\\text{<b onclick="x">}$ $\\text{"}$',
  '$\\unicode{x3c}script\\unicode{x3e}$ $\\char"3C$ $\\unicode{x110000} \\unicode{xD800}$',
  '$\\boxed{x}\\cancel{x}\\vcenter{x}\\tag{1}$ $$\\tag{1}x$$ $\\Huge x$ $\\kern1000em x$ $\\rule{9999em}{9999em}$',
  `$${'{'.repeat(10_000)}x${'}'.repeat(10_000)}$`,
  `${'{'.repeat(10_000)}x${'}'.repeat(10_000)}`,
  ...[
    '$',
    '$a',
    '\\emph{',
    '{\\bf ',
    "\\'{",
    '`',
    'http://',
    '\\(',
    '\\begin{equation}',
    '\\cite{x}',
    '\\href{',
  ].map((piece) => repeated(piece)),
  `$${repeated('x^', 1900)}x$`,
  `$${repeated('\\sqrt', 1900)}x$`,
  `$\\begin{array}{${'c'.repeat(1900)}}a\\end{array}$`,
]

describe('typesetting TeX text', () => {
  it.each([
    [
      'Schr\\"odinger, Erd\\H{o}s, M\\=aori, a\\c{c}\\~ao, \\`a la, \\^\\i, \\v{s}',
      'Schrödinger, Erdős, Māori, ação, à la, î, š',
    ],
    ["\\L ukasz, Stra\\ss e, \\aa{}, \\o re, {\\'E}tude, \\'{\\i}", 'Łukasz, Straße, å, øre, Étude, í'],
    [
      '\\emph{a \\textbf{b}} {\\it c} {\\em d} \\textit{e}',
      '<em>a <strong>b</strong></em> <em>c</em> <em>d</em> <em>e</em>',
    ],
    [
      '{\\bf a} \\texttt{b} \\textsc{c}',
      '<strong>a</strong> <code>b</code> <span class="smallcaps">c</span>',
    ],
    ['a\\textsuperscript{b}\\textsubscript{c} \\underline{d}', 'a<sup>b</sup><sub>c</sub> <em>d</em>'],
    ['one$\\unicode{x2014}$two', 'one—two'],
    ['Fig.~3 of~all, ~5\\%, 1.6~2.2x', 'Fig.\u00A03 of\u00A0all, ~5%, 1.6~2.2x'],
    ['1--2 a---b -- ---- well-known', '1–2 a—b – ---- well-known'],
    ["``foo'' and `bar' don't `code`", '“foo” and ‘bar’ don&#39;t `code`'],
    ['\\% \\& \\_ \\# \\$ \\{\\} \\ldots{} \\textasciitilde a\\textbackslash', '% &amp; _ # $ {} … ~a\\'],
    ['one\\\\two three\\ four', 'one two three four'],
    ['shown~\\cite{a} in Section~\\ref{b}, as in \\cite{c}\\label{d}', 'shown in Section, as in [c]'],
    ['new\\footnote{or not} ones', 'new (or not) ones'],
    ['\\ours is \\method{} with \\gls{cnn}s\\xspace, \\textcolor{red}{red}', 'ours is method with cnns, red'],
    ['the {BERT} of {Ada, Bo} in {0,1}', 'the BERT of {Ada, Bo} in {0,1}'],
    ['\\alpha-helix at 360{\\deg}', 'α-helix at 360°'],
    ['{ left open', 'left open'],
  ])('writes %s for readers', (tex, html) => {
    expect(typeset(tex)).toBe(html)
  })

  it('sets formulas as MathML in any of TeX’s delimiters', () => {
    for (const tex of ['$x<1$', '\\(x<1\\)', '$ x<1 $']) {
      expect(typeset(`for ${tex}.`)).toBe('for <math><mrow><mi>x</mi><mo>&lt;</mo><mn>1</mn></mrow></math>.')
    }
    for (const tex of ['$$x$$', '\\[x\\]', '\\begin{equation}x\\end{equation}']) {
      expect(typeset(tex)).toBe('<math display="block"><mrow><mi>x</mi></mrow></math>')
    }
  })

  it('writes letters of other alphabets as Unicode has them', () => {
    expect(typeset('$\\mathbb{R}\\mathcal{L}\\mathbf{v}\\boldsymbol{\\alpha}$')).toContain(
      '<mi>ℝ</mi><mi>ℒ</mi><mi>𝐯</mi><mi>𝜶</mi>',
    )
    expect(typeset('$\\textbf{we}$')).toContain('<mtext><strong>we</strong></mtext>')
  })

  it('leaves money and lone dollar signs in the text', () => {
    for (const text of [
      'costs $5 and $10 a run',
      'US$5 and US$7',
      'from $10-$20',
      'about $1 trillion by 2050',
      'at $100K to $200K',
      'over 90$ of them',
      'from $500-$1000 to under $10',
      'for one ($0.23 - $0.27 each)',
    ]) {
      expect(typeset(text)).toBe(text)
    }
    expect(typeset('costs \\$5 for $n$ runs')).toBe('costs $5 for <math><mrow><mi>n</mi></mrow></math> runs')
    expect(typeset('$3$D, $\\sim$10, $8$%')).not.toContain('$')
  })

  it('understands what authors define for themselves', () => {
    for (const tex of [
      '\\eps',
      '\\calH',
      '\\bx',
      '\\mbR',
      '\\ensuremath{x}\\xspace',
      '\\textsc{Max}',
      '\\SI{3}{m}',
      '7\\%',
      '7%',
    ]) {
      expect(typeset(`$${tex}$`)).toMatch(/^<math>.*<\/math>$/)
    }
  })

  it('shows the source of a formula that cannot be set, whole', () => {
    expect(typeset('so $\\nosuchmacro{x} < 1$ holds')).toBe(
      'so <code class="tex">$\\nosuchmacro{x} &lt; 1$</code> holds',
    )
  })

  it('does not let one formula change another', () => {
    const before = typeset('$\\frac{1}{2}$')
    typeset('$\\gdef\\frac{x}$ $\\global\\let\\sqrt=\\frac$')
    expect(typeset('$\\frac{1}{2}$ ').trim()).toBe(before)
  })

  it('links http and https, and nothing else', () => {
    const link = (url: string, label = url) => `<a href="${url}" rel="nofollow noopener">${label}</a>`
    expect(typeset('at https://a.example/b_(c). And')).toBe(`at ${link('https://a.example/b_(c)')}. And`)
    expect(typeset('\\url{https://a.example/b\\_c\\%20}')).toBe(link('https://a.example/b_c%20'))
    expect(typeset('\\url{a.example/b}')).toBe(link('https://a.example/b', 'a.example/b'))
    expect(typeset('https://a.example/{Label}')).toBe(link('https://a.example/Label'))
    expect(typeset('\\href{https://a.example/x}{\\textbf{here}}')).toBe(
      link('https://a.example/x', '<strong>here</strong>'),
    )
    expect(typeset('$\\href{https://a.example/x}{here}$')).toBe(link('https://a.example/x', 'here'))
    expect(typeset('at $https://a.example/x$.')).toBe(`at ${link('https://a.example/x')}.`)
    expect(typeset('\\href{javascript:alert(1)}{here}')).toBe('here')
    expect(typeset('at https://a.example/b', { links: false })).toBe('at https://a.example/b')
    expect(typeset('https://a.example/a--b')).toContain('href="https://a.example/a--b"')
  })

  it('gives an abstract its paragraphs', () => {
    expect(typesetAbstract('One $x$.\n\nTwo {\\bf open\n\nThree}')).toBe(
      '<p>One <math><mrow><mi>x</mi></mrow></math>.</p>\n<p>Two open</p>\n<p>Three</p>',
    )
    expect(typesetAbstract(' \n\n ')).toBe('')
  })

  it.each(HOSTILE.map((text) => [text.slice(0, 60), text]))('is safe and quick for %s', (_, text) => {
    const start = performance.now()
    const html = typeset(text)
    expect(performance.now() - start).toBeLessThan(4000)
    expectSafe(html)
    expect(html).not.toMatch(/javascript:[^<]*"/)
    expectSafe(typeset(text, { links: false }))
    expect(typeset(text, { links: false })).not.toContain('<a ')
  })

  it('is safe for anything', () => {
    fc.assert(
      fc.property(ANY, (text) => expectSafe(typeset(text))),
      { numRuns: 1000 },
    )
    fc.assert(
      fc.property(ANY, (text) => expectSafe(typeset(`$${text}$`))),
      { numRuns: 1000 },
    )
  })
})
