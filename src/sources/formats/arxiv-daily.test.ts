import { describe, expect, it } from 'vitest'
import { dailyAtom, dailyRss } from './arxiv-daily.fixture.ts'
import { readArxivAtom } from './arxiv-atom.ts'
import { collect, feed, papersIn, refusalsIn } from '../feed.fixture.ts'

const read = (text: string, size?: number) => collect(readArxivAtom(feed(text, size)))

describe('arXiv’s daily announcements', () => {
  it.each([
    ['Atom', dailyAtom],
    ['RSS', dailyRss],
  ])('are read from %s, and told from its API’s feed', async (_, written) => {
    const more =
      '<arxiv:DOI>10.5555/A{\\_}b</arxiv:DOI><arxiv:journal_reference>J. Lakes 1</arxiv:journal_reference>'
    const text = written([
      { id: '2601.00001v1', kind: 'new', day: '2026-01-07', more },
      { id: '2512.00002v3', kind: 'replace', day: '2026-01-07' },
      { id: '2512.00003v1', kind: 'cross', day: '2026-01-07' },
      { id: 'nothing', kind: 'new', day: '2026-01-07' },
    ])
    const outcomes = await read(text)
    const papers = papersIn(outcomes)
    expect(papers[0]).toEqual({
      source: 'arxiv-daily',
      identifiers: [
        { scheme: 'arxiv', value: '2601.00001' },
        { scheme: 'doi', value: '10.5555/a_b' },
      ],
      asOf: expect.stringMatching(/^2026-01-07T05:00:0/),
      title: 'Lakes & seas',
      abstract: 'We look at $a < b$ lakes.',
      authors: [{ name: 'Ann Lee' }, { name: 'Bo van der Ek' }, { name: 'Cy Ro' }],
      published: { precision: 'day', value: '2026-01-07' },
      categories: ['cs.LG', 'physics.ao-ph'],
      journalReference: 'J. Lakes 1',
      licenseUrl: 'http://creativecommons.org/licenses/by/4.0',
    })
    // They are announced again long after they came out.
    expect(papers.slice(1).map(({ identifiers, published }) => [identifiers[0].value, published])).toEqual([
      ['2512.00002', undefined],
      ['2512.00003', undefined],
    ])
    expect(refusalsIn(outcomes)).toEqual([expect.stringMatching(/^entry 4 .*“oai:arXiv.org:nothing”/)])
    for (const size of [1, 7, 100]) expect(await read(text, size)).toEqual(outcomes)
  })

  it('are read from the RSS 1.0 of before 2024', async () => {
    const item = (title: string, id: string) => `<item rdf:about="http://arxiv.org/abs/${id}">
      <title>${title}</title><link>http://arxiv.org/abs/${id}</link>
      <description rdf:parseType="Literal">&lt;p&gt;We look at lakes.&lt;/p&gt;</description>
      <dc:creator>&lt;a href="http://arxiv.org/a/lee_a_1"&gt;Ann Lee&lt;/a&gt;, &lt;a href="http://arxiv.org/a/ek_b_1"&gt;Bo Ek&lt;/a&gt;</dc:creator>
    </item>`
    const text = `<?xml version="1.0"?><rdf:RDF xmlns:rdf="x" xmlns:dc="y"><channel rdf:about="http://arxiv.org/"><items><rdf:Seq/></items>
      <dc:date>2023-05-03T20:30:00-05:00</dc:date></channel>
      ${item('Lakes. (arXiv:2305.00001v1 [cs.LG])', '2305.00001')}
      ${item('Seas. (arXiv:2304.00002v2 [cs.LG] UPDATED)', '2304.00002')}</rdf:RDF>`
    expect(papersIn(await read(text))).toEqual([
      {
        source: 'arxiv-daily',
        identifiers: [{ scheme: 'arxiv', value: '2305.00001' }],
        title: 'Lakes.',
        abstract: 'We look at lakes.',
        authors: [{ name: 'Ann Lee' }, { name: 'Bo Ek' }],
      },
      expect.objectContaining({ title: 'Seas.', identifiers: [{ scheme: 'arxiv', value: '2304.00002' }] }),
    ])
  })

  it('are told by what any one of their parts says', async () => {
    const [paper] = papersIn(
      await read(
        `<entry><id>http://arxiv.org/abs/2601.00001v1</id><title>T</title><summary>arXiv:2601.00001v1 Announce Type: replace-cross
Abstract: Lakes.</summary><author><name>Ann Lee, Bo Ek</name></author><published>2026-01-07T00:00:00-05:00</published></entry>`,
      ),
    )
    expect(paper).toMatchObject({
      source: 'arxiv-daily',
      abstract: 'Lakes.',
      authors: [{ name: 'Ann Lee' }, { name: 'Bo Ek' }],
    })
    expect(paper).not.toHaveProperty('published')
  })
})
