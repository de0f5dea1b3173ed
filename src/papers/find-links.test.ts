import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findLinks } from './find-links.ts'
import { LINK_KINDS, collectLinks, normaliseUrl, type PaperLink } from './links.ts'

const seed = join(import.meta.dirname, '../../../shared/data/seed')

const told = (text: string) => findLinks(text).map(({ kind, url }) => `${kind} ${url}`)

describe('links in an abstract', () => {
  it.each<[string, string[]]>([
    ['We grow oaks. Code: https://github.com/acorn/oak.', ['code https://github.com/acorn/oak']],
    ['See \\url{https://github.com/acorn/oak}.', ['code https://github.com/acorn/oak']],
    ['Code\\footnote{\\url{https://github.com/acorn/oak}}.', ['code https://github.com/acorn/oak']],
    ['See \\url{https://github.com/acorn/oak .', ['code https://github.com/acorn/oak']],
    ['See \\url{ www.github.com/acorn/oak }.', ['code https://www.github.com/acorn/oak']],
    ['See \\url{aka.example/oak}.', ['other https://aka.example/oak']],
    ['\\texttt{https://github.com/acorn/oak}}', ['code https://github.com/acorn/oak']],
    ['\\href{https://acorn.example/oak}{project page} here', ['project https://acorn.example/oak']],
    ['See \\href{https://acorn.example/a}{https://acorn.example/b}.', ['other https://acorn.example/a']],
    ['Available at https://acorn.github.io/Oak/{Oak Homepage}.', ['project https://acorn.github.io/Oak']],
    ['It is at https://acorn.example/oak/{Oak Code} now', ['code https://acorn.example/oak']],
    ['code at github.com/acorn/oak, data', ['code https://github.com/acorn/oak']],
    ['code at https: //github.com/acorn/oak.', ['code https://github.com/acorn/oak']],
    ['on acorn.github.io/oak!', ['project https://acorn.github.io/oak']],
    ['go to www.acorn.example.', ['other https://www.acorn.example']],
    ['(https://github.com/acorn/oak), which', ['code https://github.com/acorn/oak']],
    ['[here](https://github.com/acorn/oak)', ['code https://github.com/acorn/oak']],
    ['"https://github.com/acorn/oak",', ['code https://github.com/acorn/oak']],
    ['https://acorn.example/oak_(tree).', ['other https://acorn.example/oak_(tree)']],
    ['https://github.com/acorn/oak\\_tree\\_rings).', ['code https://github.com/acorn/oak_tree_rings']],
    ['https://acorn.example/\\~{}oak/a\\%20b\\#c', ['other https://acorn.example/~oak/a%20b#c']],
    ['https://acorn.example/$\\sim$oak/', ['other https://acorn.example/~oak']],
    ['https://acorn.example/{\\textasciitilde}', ['other https://acorn.example']],
    ['https://acorn.example/\\textasciitilde{}oak', ['other https://acorn.example/~oak']],
    ['$\\href{https://github.com/acorn/oak}{here}$.', ['code https://github.com/acorn/oak']],
    ['https://github.com/acorn/oak$.', ['code https://github.com/acorn/oak']],
    ['https://github.com/acorn/\noak', ['project https://github.com/acorn']],
    ['https://github.com/acorn/oak。我们', ['code https://github.com/acorn/oak']],
    [
      'https://acorn.example/a,https://acorn.example/b',
      ['other https://acorn.example/a', 'other https://acorn.example/b'],
    ],
    [
      'https://github.com/acorn/oak and http://www.github.com/Acorn/Oak.git',
      ['code https://github.com/acorn/oak'],
    ],
    ['http://acorn.example/a/ then https://acorn.example/a', ['other https://acorn.example/a']],
    [
      'https://web.example/2020/https://acorn.example/a',
      ['other https://web.example/2020/https://acorn.example/a'],
    ],
    ['write to oak@github.com/acorn or ftp://x.github.com/a', []],
    ['https://github/oak, https://github.com., www. and \\url{} and \\urlgithub.com', []],
    ['https://reader:secret@acorn.example/oak', []],
    ['No link at all, only e.g. this/that and 10.1000/182.', []],
  ])('%s', (text, expected) => expect(told(text)).toEqual(expected))

  it.each<[string, string[]]>([
    ['The code is publicly available at https://acorn.example/a.', ['code']],
    ['An implementation can be found here: \\url{https://acorn.example/a}.', ['code']],
    ['Source code and models: https://acorn.example/a', ['code']],
    ['The code for training our models is at https://acorn.example/a', ['code']],
    ['Our project page is https://acorn.example/a', ['project']],
    ['The code is on our project website: https://acorn.example/a', ['project']],
    ['For more, visit our website (https://acorn.example/a).', ['project']],
    ['Data and splits are available at https://acorn.example/a.', ['dataset']],
    ['The code-switching dataset is available at https://acorn.example/a.', ['dataset']],
    ['A live demo of it is at https://acorn.example/a', ['demo']],
    ['The pre-trained models are available at https://acorn.example/a', ['model']],
    ['We release all weights at https://acorn.example/a', ['model']],
    ['We open-source these models at https://acorn.example/a', ['model']],
    ['Models are available on Hugging Face at https://huggingface.co/collections/acorn/oak-12', ['model']],
    ['Our model beats all others. See https://acorn.example/a', ['other']],
    ['Models grow on trees https://acorn.example/a', ['other']],
    ['Code is at https://github.com/acorn/oak. Dataset: https://acorn.example/a', ['code', 'dataset']],
    [
      'Our data are available at https://acorn.example/a and https://acorn.example/b.',
      ['dataset', 'dataset'],
    ],
    [
      'The code is at \\url{https://acorn.example/a} and the demo at \\url{https://acorn.example/b}',
      ['code', 'demo'],
    ],
    ['https://acorn.example/a is new. Code is available at https://acorn.example/a', ['code']],
  ])('by the words before: %s', (text, kinds) =>
    expect(findLinks(text).map(({ kind }) => kind)).toEqual(kinds),
  )

  it('are normalised, known kinds, each once, whatever the text', () => {
    const piece = fc.constantFrom(
      'https://',
      'http://',
      'www.',
      'github.com/',
      'acorn.example/',
      'acorn',
      '.github.io',
      '\\url{',
      '\\href{',
      '}',
      '{',
      '$\\sim$',
      '\\_',
      '(',
      ')',
      '[',
      ']',
      ' ',
      '\n',
      '.',
      ',',
      '/',
      '~',
      '%',
      '#',
      '?',
      '@',
      ':',
      'code at ',
      'é',
      '木',
    )
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: piece, maxLength: 40 }), fc.string({ unit: 'binary' })),
        (text) => {
          const links = findLinks(text)
          for (const { kind, url } of links) {
            expect(normaliseUrl(url)).toBe(url)
            expect(LINK_KINDS).toContain(kind)
          }
          expect(collectLinks(links.map((link) => ({ link, source: 'abstract' })))).toHaveLength(links.length)
          expect(findLinks(text)).toEqual(links)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('are found in hostile texts of 100 kB without delay', () => {
    const parts = [
      'http://',
      'https://a.bc/',
      'www.',
      'www.a.bc ',
      '\\url{',
      '\\href{https://a.bc}{',
      '{',
      '(',
      'a-',
      'a',
      '.',
      'a.',
      '/',
      'github.com/',
      'a.github.io',
      '$\\sim$',
      '\\_',
      'https://a.bc/,',
      '\\url         ',
      '.git/',
      'code at https://a.bc ',
    ]
    const started = performance.now()
    for (const part of parts) findLinks(part.repeat(100_000 / part.length))
    // Anything quadratic takes minutes; a busy machine may take seconds.
    expect(performance.now() - started).toBeLessThan(20_000)
  }, 60_000)
})

describe.skipIf(!existsSync(seed))('the seed edition', () => {
  it('has every code and project link of its bibliography that stands in the abstract', () => {
    const entries: { title: string; links: PaperLink[] }[] = JSON.parse(
      readFileSync(join(seed, 'bibliography.json'), 'utf8'),
    )
    const lines = readFileSync(join(seed, 'page.txt'), 'utf8')
      .split('\n')
      .map((line) => line.trim())
    const starts = entries.map(({ title }) => lines.indexOf(title)).filter((start) => start >= 0)
    let literal = 0
    for (const { title, links } of entries) {
      const start = lines.indexOf(title)
      if (start < 0) continue
      const end = Math.min(lines.length, ...starts.filter((other) => other > start))
      const abstract = lines.slice(start + 1, end).join('\n')
      for (const { kind, url } of links) {
        const page = url.replace(/^https?:\/\/|\/$/g, '')
        if ((kind !== 'code' && kind !== 'project') || !abstract.includes(page)) continue
        literal++
        expect(findLinks(abstract), title).toContainEqual({ kind, url: `https://${page}` })
      }
    }
    expect(literal).toBeGreaterThanOrEqual(21)
  })
})
