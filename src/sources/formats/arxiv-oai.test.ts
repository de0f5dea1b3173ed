import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readArxivOai } from './arxiv-oai.ts'
import { collect, feed, papersIn, refusalsIn } from '../feed.fixture.ts'
import { MAX_RECORD_LENGTH } from './lines.ts'

const read = (text: string, size?: number) => collect(readArxivOai(feed(text, size)))

const header = (id: string, datestamp = '2026-01-05') => `
<header>
 <identifier>oai:arXiv.org:${id}</identifier>
 <datestamp>${datestamp}</datestamp>
 <setSpec>physics:hep-ph</setSpec>
</header>`

const record = (id: string, fields = '') => `<record>${header(id)}
<metadata>
 <arXiv xmlns="http://arxiv.org/OAI/arXiv/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://arxiv.org/OAI/arXiv/ http://arxiv.org/OAI/arXiv.xsd">
 <id>${id}</id><created>2025-12-30</created><updated>2026-01-04</updated><authors><author><keyname>Lée</keyname><forenames>Ann B.</forenames><suffix>Jr</suffix><affiliation>Univ. X</affiliation><affiliation>Lab Y</affiliation></author><author><keyname>The ABC Collaboration</keyname></author></authors><title>Lakes &amp; seas: $a &lt; b$
  and more &#233;</title><categories>physics.ao-ph math.AP</categories>${fields}<license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license><abstract>  We look at lakes
and <![CDATA[<seas> & </record>]]> of $x$.
  Then at rivers.
</abstract></arXiv>
</metadata>
</record>`

const raw = (id: string, { fields = '', versions = '' } = {}) => `<oai:record>${header(id)}
<oai:metadata>
 <arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">
 <id>${id}</id><submitter>Ann Lee</submitter>${
   versions ||
   `<version version="v1"><date>Mon, 2 Apr 2007 19:18:42 GMT</date><size>1452kb</size><source_type>D</source_type></version><version version="v2"><date>Tue, 24 Jul 2007 20:10:27 GMT</date><size>1453kb</size></version>`
 }<title>Raw title</title><authors>A. B. Lee (1 and 2), Jos\\'e Ek, Jr., C.-P. {\\L}uk and The CMS Collaboration ((1) Univ. X (Town), (2) Lab Y)</authors><categories>hep-ph</categories>${fields}<abstract>  An abstract.
</abstract></arXivRaw>
</oai:metadata>
</oai:record>`

const response = (records: string) => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE x>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2026-01-06T00:00:00Z</responseDate>
<request verb="ListRecords" note="a > b">http://export.arxiv.org/oai2</request>
<!-- <record> in a comment -->
<ListRecords>
${records}
<resumptionToken cursor="0" completeListSize="2">token</resumptionToken>
</ListRecords>
</OAI-PMH>
`

describe('arXiv’s OAI-PMH', () => {
  it('reads the format arXiv', async () => {
    const fields =
      '<comments>9 pages</comments><journal-ref>J. Lakes 1 (2026) 2</journal-ref><doi>10.5555/A 10.5555/b; pending</doi>'
    const outcomes = await read(response(record('2512.00001', fields)))
    expect(outcomes[0]?.position).toBe('record 1 (line 8)')
    expect(papersIn(outcomes)).toEqual([
      {
        source: 'arxiv-oai',
        identifiers: [
          { scheme: 'arxiv', value: '2512.00001' },
          { scheme: 'doi', value: '10.5555/a' },
          { scheme: 'doi', value: '10.5555/b' },
        ],
        asOf: '2026-01-05T00:00:00.000Z',
        title: 'Lakes & seas: $a < b$ and more é',
        abstract: 'We look at lakes and <seas> & </record> of $x$.\n\nThen at rivers.',
        authors: [
          {
            name: 'Ann B. Lée Jr',
            family: 'Lée',
            given: 'Ann B.',
            suffix: 'Jr',
            affiliation: 'Univ. X; Lab Y',
          },
          { name: 'The ABC Collaboration', kind: 'collaboration' },
        ],
        published: { precision: 'day', value: '2025-12-30' },
        primaryCategory: 'physics.ao-ph',
        categories: ['physics.ao-ph', 'math.AP'],
        comments: '9 pages',
        journalReference: 'J. Lakes 1 (2026) 2',
        licenseUrl: expect.stringContaining('arxiv.org/licenses/nonexclusive-distrib/1.0'),
      },
    ])
  })

  const authoredBy = (authors: string) =>
    record('2512.00001', '').replace(/<authors>.*<\/authors>/s, `<authors>${authors}</authors>`)

  it.each([
    ['<author><keyname>al.</keyname><forenames>et</forenames></author>', undefined],
    ['<author><keyname>others</keyname></author>', undefined],
    ['<author><keyname>and 200 more</keyname></author>', 200],
    ['<author><keyname>authors</keyname><forenames>and 200 more</forenames></author>', 200],
    ['<author><keyname>...</keyname></author>', undefined],
  ])('reads %s as authors left out', async (author, missing) => {
    const lee = '<author><keyname>Lee</keyname><forenames>Ann</forenames></author>'
    const [paper] = papersIn(await read(response(authoredBy(`${lee}${author}`))))
    expect(paper?.authors).toEqual([{ name: 'Ann Lee', family: 'Lee', given: 'Ann' }])
    expect(paper?.authorsTruncated).toBe(true)
    expect(paper?.authorsMissing).toBe(missing)
  })

  it.each([
    ['<keyname>Collaboration</keyname><forenames>CMS</forenames>'],
    ['<keyname>CMS Collaboration</keyname>'],
    ['<keyname>for the CMS Collaboration</keyname>'],
  ])('reads %s as a collaboration', async (author) => {
    const [paper] = papersIn(await read(response(authoredBy(`<author>${author}</author>`))))
    expect(paper?.authors).toEqual([{ name: 'CMS Collaboration', kind: 'collaboration' }])
  })

  it('reads the format arXivRaw', async () => {
    const [paper] = papersIn(await read(response(raw('0704.0001'))))
    expect(paper).toMatchObject({
      source: 'arxiv-raw',
      title: 'Raw title',
      authors: [
        { name: 'A. B. Lee' },
        { name: 'José Ek Jr.' },
        { name: 'C.-P. Łuk' },
        { name: 'The CMS Collaboration', kind: 'collaboration' },
      ],
      published: { precision: 'time', value: '2007-04-02T19:18:42.000Z' },
      versions: [
        { number: 1, submittedAt: '2007-04-02T19:18:42.000Z' },
        { number: 2, submittedAt: '2007-07-24T20:10:27.000Z' },
      ],
    })
    expect(paper).not.toHaveProperty('withdrawn')
  })

  it('sees that a paper is withdrawn', async () => {
    const emptied = `<version version="v1"><date>Mon, 2 Apr 2007 19:18:42 GMT</date><size>9kb</size></version><version version="v2"><date>Tue, 24 Jul 2007 20:10:27 GMT</date><size>0kb</size><source_type>I</source_type></version>`
    const papers = papersIn(
      await read(
        raw('0704.0001', { versions: emptied }) +
          record(
            '0704.0002',
            '<comments>This paper has been withdrawn by the author due to an error</comments>',
          ) +
          record('0704.0003', '<comments>We study how funds are withdrawn from banks; 3 pages</comments>'),
      ),
    )
    expect(papers.map(({ withdrawn }) => withdrawn)).toEqual([true, true, undefined])
  })

  it('refuses the bad records of several responses, and takes all others', async () => {
    const deleted = `<record><header status="deleted"><identifier>oai:arXiv.org:2512.00009</identifier></header></record>`
    const outcomes = await read(
      response(
        [record('2512.00001'), deleted, record('2512.00002').replace('</title>', '</titel>')].join('\n'),
      ) +
        response(
          [
            record('2512.00003')
              .replace('</record>\n', '')
              .replace(/<\/record>$/, ''),
            record('2512.00004').replace('<created>2025-12-30', '<created>2025-13-30'),
            record('2512.00005').replace('We look', 'A & B look'),
            `<record>${header('2512.00006')}<metadata><oai_dc:dc><dc:title>T</dc:title></oai_dc:dc></metadata></record>`,
            record('2512.00007').replace('We look', '<!DOCTYPE a [<!ENTITY b "c">]>'),
            record('2512.00008', '<x><__proto__>1</__proto__></x>'),
            record('2512.00010').replace(/<title>[^]*<\/title>/, '<title> </title>'),
            `<record>${header('2512.00012')}</record>`,
            record('2512.00011'),
          ].join('\n'),
        ),
    )
    expect(papersIn(outcomes).map(({ identifiers }) => identifiers[0].value)).toEqual([
      '2512.00001',
      '2512.00004',
      '2512.00011',
    ])
    expect(papersIn(outcomes)[1]?.published).toEqual({ precision: 'year', value: '2025' })
    expect(refusalsIn(outcomes)).toEqual([
      expect.stringMatching(
        /^record 2 \(line 23\): The record “oai:arXiv.org:2512.00009” was deleted at its source\.$/,
      ),
      expect.stringMatching(/^record 3 \(line 24\): The record is not well-formed XML \(line 3\d: .*\)\.$/),
      expect.stringMatching(/^record 4 .*: The record is not closed before the next one begins\.$/),
      expect.stringMatching(/^record 6 .*: The record is not well-formed XML/),
      expect.stringMatching(/^record 7 .*: Its metadata is in the format “dc”/),
      expect.stringMatching(/^record 8 .*: The record is not well-formed XML .*declares/),
      expect.stringMatching(/^record 9 .*: The record is not readable XML\.$/),
      expect.stringMatching(/^record 10 .*: It has no title\.$/),
      expect.stringMatching(/^record 11 .*: It has no metadata\.$/),
    ])
  })

  it('refuses a record that is too long, and one that is cut off', async () => {
    const long = record('2512.00001', `<comments>${'x '.repeat(MAX_RECORD_LENGTH / 2)}</comments>`)
    const outcomes = await read(`${long}\n${record('2512.00002')}\n${record('2512.00003').slice(0, -20)}`)
    expect(papersIn(outcomes).map(({ identifiers }) => identifiers[0].value)).toEqual(['2512.00002'])
    expect(refusalsIn(outcomes)).toEqual([
      'record 1 (line 1): The record is longer than 4,194,304 characters.',
      expect.stringMatching(/^record 3 .*: The file ends in the middle of this record\.$/),
    ])
  })

  it('gives the same outcomes however the text is cut', async () => {
    const text = response(
      record('2512.00001') + raw('0704.0001') + '<record>' + record('2512.00002') + ' < & >',
    )
    const whole = await read(text)
    expect(papersIn(whole)).toHaveLength(3)
    for (const size of [1, 2, 7, 100]) expect(await read(text, size)).toEqual(whole)
  })

  it('never throws', async () => {
    const pieces = [
      '<record>',
      '</record>',
      '<a:record',
      '<header>',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<',
      '>',
      '"',
      "'",
      '&',
      '/',
      'id',
      '\n',
      '<?',
      '?>',
    ]
    const shape = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join('')),
    )
    await fc.assert(
      fc.asyncProperty(shape, async (text) => {
        expect(await read(text, 3)).toEqual(await read(text))
      }),
      { numRuns: 500 },
    )
  })
})
