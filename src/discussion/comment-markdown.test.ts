import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commentAsText, countLinks, renderComment } from './comment-markdown.ts'

/** What pages may hold of a comment, with the attributes of each. */
const ALLOWED: Record<string, string[]> = Object.fromEntries([
  ...'p br hr strong em s ul li blockquote pre'.split(' ').map((tag) => [tag, []]),
  ['a', ['href', 'rel']],
  ['ol', ['start']],
  ['code', ['class']],
  ...(
    'math mrow mi mn mo ms mtext mspace mover munder munderover msup msub msubsup mmultiscripts mprescripts mfrac ' +
    'msqrt mroot mtable mtr mtd mlabeledtr mstyle mpadded mphantom menclose'
  )
    .split(' ')
    .map((tag) => [
      tag,
      (
        'stretchy fence separator lspace rspace width height depth voffset displaystyle scriptlevel columnalign ' +
        'rowspacing columnspacing columnlines rowlines accent accentunder linethickness largeop movablelimits minsize ' +
        'maxsize symmetric notation display mathvariant'
      ).split(' '),
    ]),
])

/** Reads HTML as strictly as XML is read, and says what is wrong with it: null when all of it may stand on a page. */
function faultIn(html: string): string | null {
  const open: string[] = []
  let at = 0
  const piece =
    /<(\/?)([a-z]+)((?: [a-z]+="[^"<>]*")*)( \/)?>|(?:[^<>&]|&(?:amp|lt|gt|quot|nbsp|#x?[\da-f]+);)+/giy
  while (at < html.length) {
    piece.lastIndex = at
    const found = piece.exec(html)
    if (found === null) return `stray characters at ${html.slice(at, at + 60)}`
    at = piece.lastIndex
    const [, slash, tag, attributes = '', closed] = found
    if (tag === undefined) continue
    if (slash === '/') {
      if (open.pop() !== tag) return `</${tag}> closes nothing`
      continue
    }
    const known = ALLOWED[tag]
    if (known === undefined) return `<${tag}>`
    for (const [, name = '', value = ''] of attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)) {
      if (!known.includes(name)) return `${name} of <${tag}>`
      if (name === 'href' && !/^(?:https?:\/\/|mailto:|\/papers\/)/i.test(value)) return `href ${value}`
      if (name === 'class' && value !== 'tex') return `class ${value}`
    }
    if (closed === undefined) open.push(tag)
  }
  return open.length > 0 ? `<${open.join('><')}> stays open` : null
}

const ATTACKS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '[a](javascript:alert(1))',
  '[a](JaVaScRiPt:alert(1))',
  '[a](java\nscript:alert(1))',
  '[a](&#106;avascript:alert(1))',
  '[a](javascript&colon;alert(1))',
  '[a](\u0001javascript:alert(1))',
  '[a](data:text/html;base64,PHNjcmlwdD4=)',
  '[a](vbscript:msgbox)',
  '[a](//evil.example)',
  '[a](/settings/delete)',
  '![a](javascript:alert(1))',
  '![a](data:image/svg+xml,<svg onload=alert(1)>)',
  '![a](https://e.example/" onerror="alert(1))',
  '[a](https://e.example/"onmouseover="alert(1))',
  '[a](<https://e.example/ onclick=alert(1)>)',
  '[a](https://e.example "x\\" onclick=\\"alert(1)")',
  '<javascript:alert(1)>',
  '<https://e.example/"onclick=alert(1)>',
  'https://e.example/"onclick="alert(1)',
  'https://e.example/<script>alert(1)</script>',
  '[a]: javascript:alert(1)\n\n[a]',
  '`<script>`',
  '```"><script>alert(1)</script>\n</code></pre><script>\n```',
  '    </code></pre><script>alert(1)</script>',
  '$\\href{javascript:alert(1)}{x}$',
  '$\\url{javascript:alert(1)}$',
  '$\\htmlStyle{color:red}{x}$',
  '$\\htmlData{a=b}{x}$',
  '$\\class{evil}{x}$',
  '$\\text{</mtext></math><script>alert(1)</script>}$',
  '$\\unicode{x3c}script$',
  '$<img src=x onerror=alert(1)>$',
  '$$\n</math><script>alert(1)</script>\n$$',
  '\\[<svg onload=alert(1)>\\]',
  '$\\includegraphics{https://e.example/x.png}$',
  '$\\color{red;background:url(https://e.example)}x$',
  '$\\def\\a{\\a\\a}\\a$',
  'arXiv:2412.19723"onclick="alert(1)',
  'https://arxiv.org/abs/2412.19723"onclick="alert(1)',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '<!--><script>alert(1)</script>-->',
  '<a href="javascript:alert(1)">x</a>',
  '# <script>alert(1)</script>',
  '> <iframe src=javascript:alert(1)>',
  '- <svg/onload=alert(1)>',
  '\u0000<script\u0000>alert(1)</script>',
  '[![a](https://e.example/a.png)](https://e.example/b)',
  '[a[b](https://e.example/c)](https://e.example/d)',
  '![[a](https://e.example/b)](https://e.example/c)',
]

const PIECES = fc.oneof(
  fc.constantFrom(...ATTACKS),
  fc.constantFrom(
    ...'$ $$ \\( \\) \\[ \\] \\ ` ``` * _ ~~ [ ] ( ) ![ ]( > - + # < & " { } ^ = | \n'.split(' '),
    '\n',
    '\n\n',
    '    ',
    ' ',
  ),
  fc.constantFrom(
    '\\frac{a}{b}',
    'x^2',
    '\\alpha',
    '\\begin{matrix}a&b\\end{matrix}',
    'arXiv:2412.19723',
    'https://e.example/a',
    '1. ',
    'word',
    '\\$5',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
)

describe('a comment in Markdown', () => {
  it('holds nothing but what is allowed, whatever it says', () => {
    for (const attack of ATTACKS) expect(faultIn(renderComment(attack)), attack).toBeNull()
    fc.assert(
      fc.property(fc.array(PIECES, { maxLength: 40, size: 'max' }), (pieces) => {
        expect(faultIn(renderComment(pieces.join('').toWellFormed()))).toBeNull()
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300, size: 'max' }), (text) => {
        expect(faultIn(renderComment(text.toWellFormed()))).toBeNull()
      }),
    )
  })

  it('notices what is not allowed', () => {
    for (const html of [
      '<p>',
      '<p></b>',
      '<b></b>',
      '<p onclick="x"></p>',
      '<a href="javascript:x"></a>',
      'a < b',
      '<p style="x"></p>',
      '&x;',
    ])
      expect(faultIn(html), html).not.toBeNull()
  })

  it('has the marks that prose needs, and is no page of its own', () => {
    expect(renderComment('# Big\n\nSome **strong**, _soft_ and `plain` words\non two lines.')).toBe(
      '<p><strong>Big</strong></p>\n<p>Some <strong>strong</strong>, <em>soft</em> and <code>plain</code> words<br />\non two lines.</p>\n',
    )
    expect(renderComment('3. c\n4. d')).toContain('<ol start="3">')
    expect(renderComment('| a | b |\n|---|---|\n| 1 | 2 |')).not.toContain('<table')
    expect(renderComment('```python\nx = "$1"\n```')).toBe('<pre><code>x = &quot;$1&quot;\n</code></pre>\n')
  })

  it('links to the web and to mailboxes, and vouches for neither', () => {
    const rel = 'rel="nofollow ugc noopener"'
    expect(renderComment('https://a.example/b, [c](http://d.example "e") [f](mailto:g@h.example)')).toBe(
      `<p><a href="https://a.example/b" ${rel}>https://a.example/b</a>, <a href="http://d.example" ${rel}>c</a> <a href="mailto:g@h.example" ${rel}>f</a></p>\n`,
    )
    expect(renderComment('![a tide](https://a.example/b.png)')).toBe(
      `<p><a href="https://a.example/b.png" ${rel}>a tide</a></p>\n`,
    )
    expect(renderComment('model.py, www.a.example and [a](/settings)')).not.toContain('<a')
    expect(renderComment('[bank](https://bank.example@evil.example/)')).not.toContain('@evil.example/" ')
  })

  it('links to the papers here', () => {
    const link = (path: string, label: string) =>
      `<a href="/papers/${path}" rel="nofollow ugc noopener">${label}</a>`
    expect(renderComment('See arXiv:2412.19723v2, arXiv:hep-th/9901001 and (arXiv: 0704.0001).')).toBe(
      `<p>See ${link('2412.19723v2', 'arXiv:2412.19723v2')}, ${link('hep-th/9901001', 'arXiv:hep-th/9901001')} and (${link('0704.0001', 'arXiv: 0704.0001')}).</p>\n`,
    )
    expect(renderComment('https://arxiv.org/pdf/2412.19723v1')).toContain(
      link('2412.19723v1', 'arXiv:2412.19723v1'),
    )
    expect(renderComment('<https://arxiv.org/abs/2412.19723>')).toContain(
      link('2412.19723', 'arXiv:2412.19723'),
    )
    // What somebody called otherwise leads where they said.
    expect(renderComment('[the PDF](https://arxiv.org/pdf/2412.19723)')).toContain(
      'https://arxiv.org/pdf/2412.19723',
    )
    expect(renderComment('[arXiv:2412.19723](https://a.example)')).not.toContain('/papers/')
    expect(renderComment('`arXiv:2412.19723`, arXiv:2413.99999 and arXiv:2412.197231')).not.toContain(
      '/papers/',
    )
  })

  it('typesets mathematics in each of its four marks', () => {
    const x = '<mrow><mi>x</mi></mrow></math>'
    expect(renderComment('$x$ and \\(x\\)')).toBe(`<p><math>${x} and <math>${x}</p>\n`)
    expect(renderComment('so $$x$$ and \\[x\\]')).toBe(
      `<p>so <math display="block">${x} and <math display="block">${x}</p>\n`,
    )
    expect(renderComment('$a_b*c*d_e$')).not.toContain('<em>')
    expect(renderComment('[$x$](https://a.example)')).toContain(`><math>${x}</a>`)
    expect(renderComment('$a \\text{ if $b$ holds}$')).toContain('<mi>b</mi>')
  })

  it('lets a displayed formula have lines that would be lists and headings elsewhere', () => {
    for (const [open, close] of [
      ['$$', '$$'],
      ['\\[', '\\]'],
    ] as const) {
      const html = renderComment(`before\n${open}\na\n- b\n+ c\n= d\n${close}\nafter`)
      expect(html).toMatch(
        /^<p>before<\/p>\n<p><math display="block">.*<mo>−<\/mo>.*<\/math><\/p>\n<p>after<\/p>\n$/s,
      )
    }
    expect(renderComment('> $$\n> x\n> $$')).toContain('<blockquote>\n<p><math display="block">')
    expect(renderComment('$$ is what it costs')).toBe('<p>$$ is what it costs</p>\n')
  })

  it('leaves money, shells and code as they are', () => {
    for (const text of [
      'It costs $5 and $6.',
      'Between $5-$6, or $10/$20.',
      'From $100k a year to $200k a year',
      'Set $HOME and $PATH first.',
      'It was 5$ and is 6$ now.',
      'US$5 is A$7',
      'Just $ and $$$ here',
      '\\\\(a\\\\)',
    ])
      expect(renderComment(text), text).not.toContain('<math')
    expect(renderComment('Pay \\$5')).toBe('<p>Pay $5</p>\n')
    expect(renderComment('`$x$` and ``\\(y\\)``')).toBe('<p><code>$x$</code> and <code>\\(y\\)</code></p>\n')
    expect(renderComment('$5, and then $x$ of `$y$`')).toContain('<p>$5, and then <math>')
  })

  it('shows the source of what cannot be set', () => {
    expect(renderComment('$\\frac{a}$')).toBe('<p><code class="tex">$\\frac{a}$</code></p>\n')
    const many = renderComment('$x$ '.repeat(100))
    expect(many.match(/<math>/g)).toHaveLength(60)
    expect(many.match(/<code class="tex">\$x\$<\/code>/g)).toHaveLength(40)
  })

  it('shows as it was typed what is nested beyond all prose', () => {
    expect(renderComment(`${'> '.repeat(30)}deep`)).toBe(`<p>${'&gt; '.repeat(30)}deep</p>\n`)
    expect(renderComment('-\n'.repeat(1_000))).toMatch(/^<p>-<br \/>\n-/)
  })

  it('takes less than 50 ms of work for the worst of 10,000 characters', () => {
    const hostile = [
      '>',
      '> a\n',
      '[',
      '![',
      '](',
      '*',
      '*a ',
      '_a_ ',
      'a**b',
      '`',
      '- ',
      '- a\n',
      '$',
      '$a',
      '$$ a ',
      '$$ a\n',
      '$x$ ',
      '${',
      '\\(',
      '\\[ a',
      '\\',
      'https://a.example ',
      'http://',
      'arXiv:',
      '&',
      '<',
      '<a:',
      '# a\n',
      '1. a\n',
      '$\\frac{a}{b}$ ',
      '$\\calH\\bfx\\mbR\\bbR$ ',
      '$\\underbrace{x}_{y}$',
      '![a](https://b.example) ',
      '~~a',
      '> - ',
      'https://a.example/須',
      'https://a@b.example/c',
      `$${'\\sqrt{'.repeat(38)}x${'}'.repeat(38)}$ `,
      `$$${'\\frac{a}{b}'.repeat(60)}$$\n\n`,
      `$\\begin{matrix}${'a&b\\\\'.repeat(60)}\\end{matrix}$ `,
      `${'['.repeat(2_500)}${']'.repeat(2_500)}`,
      `${'['.repeat(700)}a${'](https://b.example)'.repeat(400)}`,
    ]
    for (const unit of hostile) {
      const text = unit.repeat(Math.ceil(10_000 / unit.length)).slice(0, 10_000)
      const spent = () => {
        const before = process.cpuUsage()
        renderComment(text)
        const { user, system } = process.cpuUsage(before)
        return (user + system) / 1_000
      }
      // The first times, it is still being compiled.
      const times = Array.from({ length: 5 }, spent)
      expect(Math.min(...times), unit.slice(0, 30)).toBeLessThan(50)
    }
  })

  it('counts the addresses that a comment advertises', () => {
    expect(countLinks('No link, arXiv:2412.19723, [a paper](https://arxiv.org/abs/2412.19723)')).toBe(1)
    expect(
      countLinks('https://a.example [b](https://c.example) ![d](https://e.example) `https://f.example`'),
    ).toBe(4)
    expect(countLinks('https://arxiv.org/abs/2412.19723')).toBe(0)
    expect(countLinks(`${'> '.repeat(30)}https://a.example`)).toBe(1)
  })
})

describe('a comment as plain text', () => {
  it('says where links lead, and writes formulas in plain characters', () => {
    expect(
      commentAsText(
        'See **[the talk](https://x.example/a_b)**, https://y.example/ and arXiv:2412.19723,\n<a@b.example> or [me](mailto:a@b.example): $x^2$ & `<b>`.',
      ),
    ).toBe(
      'See the talk (https://x.example/a_b), https://y.example/ and arXiv:2412.19723,\na@b.example or me (a@b.example): x² & <b>.',
    )
    expect(commentAsText('![A tide](https://x.example/t.png) [x](javascript:alert(1)) \\*')).toBe(
      'A tide (https://x.example/t.png) [x](javascript:alert(1)) *',
    )
  })

  it('keeps paragraphs, lists, quotations and code apart', () => {
    expect(
      commentAsText(
        '# Head\n\n- one\n- two\n  more\n  3. deep\n\n> said\n> so\n\n```\ncode\n  x\n```\n$$\na^2\n$$\n\n---\nend',
      ),
    ).toBe('Head\n\n- one\n- two\n  more\n  3. deep\n\n> said\n> so\n\ncode\n  x\n\na²\n\n* * *\n\nend')
    expect(commentAsText('')).toBe('')
    // As it is shown, it is shown as typed.
    expect(commentAsText('> '.repeat(40) + 'deep')).toContain('> > >')
  })
})
