import { expect, it } from 'vitest'
import { plainText } from '../../papers/plain-text.ts'
import { EXPORT_FORMATS } from '../../papers/export/formats.ts'
import { collect, feed, papersIn } from '../feed.fixture.ts'
import { readBibtex } from './bibtex.ts'
import { readCsl } from './csl.ts'
import { readHuggingFace } from './huggingface.ts'
import { readJsonLines } from './jsonl.ts'
import { texOfMarkup } from './registry-markup.ts'
import { readRis } from './ris.ts'

const now = new Date('2026-01-15T12:00:00Z')

it.each([
  ['R&amp;D', 'R&D'],
  ['R&amp;amp;D', 'R&D'],
  ['a &lt; b', 'a < b'],
  ['Caf&eacute; &#x2013; &#8211;', 'Café – –'],
  ['<i>E. coli</i> in <b>bold</b>', 'E. coli in bold'],
  ['H<sub>2</sub>O', 'H₂O'],
  ['&lt;i&gt;E. coli&lt;/i&gt;', 'E. coli'],
  ['<jats:p>One.</jats:p><jats:p>Two.</jats:p>', 'One.\n\nTwo.'],
  ['<mml:math><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>', 'x²'],
  ['<math><mover><mi>p</mi><mo>¯</mo></mover></math>', 'p̄'],
  ['<math><mroot><mi>x</mi><mn>3</mn></mroot></math>', '∛x'],
  ['<math><mmultiscripts><mi>C</mi><mprescripts/><none/><mn>13</mn></mmultiscripts></math>', '¹³C'],
  ['<math><mi>f</mi><mfenced><mi>x</mi><mi>y</mi></mfenced></math>', 'f(x,y)'],
  [
    '<math><mtable><mtr><mtd>a</mtd><mtd>b</mtd></mtr><mtr><mtd>c</mtd><mtd>d</mtd></mtr></mtable></math>',
    'a b; c d',
  ],
  ['<![CDATA[R & D in <b>bold</b>]]>', 'R & D in bold'],
  ['<!-- by us -->Lakes <!-- and', 'Lakes <!-- and'],
  ['a <b> c, where <i> is less', 'a <b> c, where <i> is less'],
  ['$a<b$ & c > d; AT&T; x &y', '$a<b$ & c > d; AT&T; x &y'],
])('reads %s as %s', (markup, text) => {
  expect(texOfMarkup(markup)).toBe(text)
})

it('reads it in every format as in a look-up', async () => {
  const name = 'M&uuml;ller, Bo'
  const title = '<i>E. coli</i> &amp; H<sub>2</sub>O'
  const abstract =
    '<jats:title>Abstract</jats:title><jats:p>We test <jats:italic>R&amp;amp;D</jats:italic>.</jats:p>'
  const files = {
    json: readJsonLines(feed(JSON.stringify({ doi: '10.5555/a', title, abstract, authors: [name] })), {
      now,
    }),
    daily: readHuggingFace(
      feed(JSON.stringify([{ id: '2601.00001', title, summary: abstract, authors: [{ name }] }])),
      { now },
    ),
    bibtex: readBibtex(
      feed(
        `@article{x, doi = {10.5555/a}, title = {${title.replaceAll('&', '{\\&}')}}, abstract = {${abstract}}, author = {${name}}}`,
      ),
    ),
    ris: readRis(
      feed(
        `TY  - JOUR\r\nTI  - ${title}\r\nDO  - 10.5555/a\r\nAB  - ${abstract}\r\nAU  - ${name}\r\nER  - \r\n`,
      ),
    ),
    csl: readCsl(
      feed(
        JSON.stringify([
          {
            id: 'x',
            type: 'article-journal',
            title,
            abstract,
            DOI: '10.5555/a',
            author: [{ family: 'M&uuml;ller', given: 'Bo' }],
          },
        ]),
      ),
    ),
  }
  expect(Object.keys(files)).toEqual(expect.arrayContaining([...EXPORT_FORMATS]))
  for (const [format, outcomes] of Object.entries(files)) {
    const [paper] = papersIn(await collect(outcomes))
    expect(paper?.authors?.[0]?.name).toBe('Bo Müller')
    expect([format, plainText(paper?.title ?? ''), paper?.abstract]).toEqual([
      format,
      'E. coli & H₂O',
      'We test R&D.',
    ])
  }
})
