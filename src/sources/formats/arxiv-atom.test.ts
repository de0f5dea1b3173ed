import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readArxivAtom } from './arxiv-atom.ts'
import { collect, feed, papersIn, refusalsIn } from '../feed.fixture.ts'

const read = (text: string, size?: number) => collect(readArxivAtom(feed(text, size)))

const entry = (id: string, more = '') => `
  <entry>
    <id>http://arxiv.org/abs/${id}</id>
    <updated>2026-01-04T10:00:00Z</updated>
    <published>2025-12-30T09:00:00Z</published>
    <title>Lakes &amp; seas:
  a survey</title>
    <summary>  We look at lakes.
  Then at rivers.
</summary>
    <author>
      <name>Ann Lee</name>
      <arxiv:affiliation xmlns:arxiv="http://arxiv.org/schemas/atom">Univ. X</arxiv:affiliation>
    </author>
    <author><name>Bo Ek</name></author>
    ${more}
    <link href="http://arxiv.org/abs/${id}" rel="alternate" type="text/html"/>
    <link title="pdf" href="http://arxiv.org/pdf/${id}" rel="related" type="application/pdf"/>
    <arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="physics.ao-ph" scheme="http://arxiv.org/schemas/atom"/>
    <category term="physics.ao-ph" scheme="http://arxiv.org/schemas/atom"/>
    <category term="math.AP" scheme="http://arxiv.org/schemas/atom"/>
    <category term="76B15; 86A05" scheme="http://arxiv.org/schemas/atom"/>
  </entry>`

const atom = (entries: string) => `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title type="html">ArXiv Query: search_query=all:lakes</title>
  <id>http://arxiv.org/api/abc</id>
  <updated>2026-01-06T00:00:00-05:00</updated>${entries}
</feed>`

describe('arXiv’s Atom feed', () => {
  it('reads an entry', async () => {
    const more = `<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.5555/A</arxiv:doi>
    <link title="doi" href="http://dx.doi.org/10.5555/A" rel="related"/>
    <arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">Withdrawn by the authors</arxiv:comment>
    <arxiv:journal_ref xmlns:arxiv="http://arxiv.org/schemas/atom">J. Lakes 1</arxiv:journal_ref>
    <link href="https://github.com/lee/lakes" rel="related"/>`
    const outcomes = await read(atom(entry('hep-ex/0307015v3', more)))
    expect(outcomes[0]?.position).toBe('entry 1 (line 6)')
    expect(papersIn(outcomes)).toEqual([
      {
        source: 'arxiv-atom',
        identifiers: [
          { scheme: 'arxiv', value: 'hep-ex/0307015' },
          { scheme: 'doi', value: '10.5555/a' },
        ],
        asOf: '2026-01-04T10:00:00.000Z',
        title: 'Lakes & seas: a survey',
        abstract: 'We look at lakes.\n\nThen at rivers.',
        authors: [{ name: 'Ann Lee', affiliation: 'Univ. X' }, { name: 'Bo Ek' }],
        published: { precision: 'time', value: '2025-12-30T09:00:00.000Z' },
        versions: [
          { number: 1, submittedAt: '2025-12-30T09:00:00.000Z' },
          { number: 3, submittedAt: '2026-01-04T10:00:00.000Z' },
        ],
        primaryCategory: 'physics.ao-ph',
        categories: ['physics.ao-ph', 'math.AP'],
        comments: 'Withdrawn by the authors',
        journalReference: 'J. Lakes 1',
        withdrawn: true,
        links: [{ kind: 'code', url: 'https://github.com/lee/lakes' }],
      },
    ])
  })

  it('knows one version of a paper that has had no other', async () => {
    const [paper] = papersIn(await read(atom(entry('2512.00001v1'))))
    expect(paper?.versions).toEqual([{ number: 1, submittedAt: '2025-12-30T09:00:00.000Z' }])
    expect(paper).not.toHaveProperty('links')
  })

  it('parts names that another program has put into one element', async () => {
    const joined = entry('2601.00001v1').replace(
      /<author>[^]*<\/author>/,
      '<author><name>Ann Lee, Bo Ek (MIT) and 200 others</name></author>',
    )
    const [paper] = papersIn(await read(atom(joined)))
    expect(paper).toMatchObject({
      authors: [{ name: 'Ann Lee' }, { name: 'Bo Ek' }],
      authorsTruncated: true,
      authorsMissing: 200,
    })
  })

  it('refuses an error in arXiv’s words, and bad entries, and takes all others', async () => {
    const error = `<entry><id>http://arxiv.org/api/errors#incorrect_id_format_for_1234</id><title>Error</title><summary>incorrect id format for 1234</summary></entry>`
    const outcomes = await read(
      atom(
        error +
          entry('2512.00001v1').replace('<name>Bo', '<name Bo') +
          entry('nothing') +
          entry('2512.00002v2'),
      ),
    )
    expect(papersIn(outcomes)).toHaveLength(1)
    expect(refusalsIn(outcomes)).toEqual([
      'entry 1 (line 5): arXiv answered with an error: incorrect id format for 1234.',
      expect.stringMatching(/^entry 2 .*not well-formed/),
      expect.stringMatching(/^entry 3 .*: Its identifier “http:\/\/arxiv.org\/abs\/nothing” is neither/),
    ])
  })

  it('gives the same outcomes however the text is cut', async () => {
    const text = atom(entry('2512.00001v1') + entry('x') + entry('2512.00002v2'))
    const whole = await read(text)
    for (const size of [1, 2, 7, 100]) expect(await read(text, size)).toEqual(whole)
  })

  it('never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        await read(`<entry><id>${text}</id><title>${text}</title></entry>`)
        await read(text)
      }),
    )
  })
})
