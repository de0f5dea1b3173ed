import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collect, feed, papersIn, refusalsIn } from '../feed.fixture.ts'
import { decodeText } from './decode-text.ts'
import { readJsonLines } from './jsonl.ts'
import { MAX_RECORD_LENGTH } from './lines.ts'

const now = new Date('2026-01-15T12:00:00Z')
const read = (text: string, size?: number) => collect(readJsonLines(feed(text, size), { now }))
const line = (fields: object) => JSON.stringify(fields)

const SNAPSHOT = line({
  id: '0812.0001',
  submitter: 'Ann Lee',
  authors: "Ann Lee (Univ. of X), Jos\\'e Bo{\\~n}o and The ABC Collaboration",
  title: 'On  the\n  tides of $\\alpha$-lakes',
  comments: '12 pages, 3 figures',
  'journal-ref': 'J.Lakes 12:345,2009',
  doi: '10.5555/Lakes.12',
  'report-no': null,
  categories: 'physics.ao-ph math.AP',
  license: 'http://creativecommons.org/licenses/by/4.0/',
  abstract: '  We study lakes.\nThey are deep.\n  A second paragraph.\n',
  versions: [
    { version: 'v1', created: 'Mon, 1 Dec 2008 09:00:00 GMT' },
    { version: 'v2', created: 'Tue, 2 Dec 2008 10:00:00 GMT' },
  ],
  update_date: '2008-12-03',
})

describe('JSON lines', () => {
  it('reads a line of arXiv’s metadata snapshot', async () => {
    const [paper] = papersIn(await read(SNAPSHOT))
    expect(paper).toMatchObject({
      source: 'jsonl',
      identifiers: [
        { scheme: 'arxiv', value: '0812.0001' },
        { scheme: 'doi', value: '10.5555/lakes.12' },
      ],
      asOf: '2008-12-03T00:00:00.000Z',
      title: 'On the tides of $\\alpha$-lakes',
      abstract: 'We study lakes. They are deep.\n\nA second paragraph.',
      authors: [
        { name: 'Ann Lee' },
        { name: 'José Boño' },
        { name: 'The ABC Collaboration', kind: 'collaboration' },
      ],
      published: { precision: 'time', value: '2008-12-01T09:00:00.000Z' },
      versions: [
        { number: 1, submittedAt: '2008-12-01T09:00:00.000Z' },
        { number: 2, submittedAt: '2008-12-02T10:00:00.000Z' },
      ],
      primaryCategory: 'physics.ao-ph',
      categories: ['physics.ao-ph', 'math.AP'],
      comments: '12 pages, 3 figures',
      journalReference: 'J.Lakes 12:345,2009',
      licenseUrl: expect.stringContaining('creativecommons.org/licenses/by/4.0'),
    })
    expect(paper).not.toHaveProperty('withdrawn')
    expect(paper).not.toHaveProperty('links')
  })

  it.each([
    ['2025-05-20 02:40:40', { precision: 'time', value: '2025-05-20T02:40:40.000Z' }],
    ['2025-05-20T02:40:40.25+02:00', { precision: 'time', value: '2025-05-20T00:40:40.250Z' }],
    ['2025-05-20', { precision: 'day', value: '2025-05-20' }],
    ['2025-05', { precision: 'month', value: '2025-05' }],
    [2025, { precision: 'year', value: '2025' }],
  ])('reads the date %s as exactly as it is known', async (date, published) => {
    const [paper] = papersIn(await read(line({ arxiv_id: '2505.01234v3', title: 'T', date })))
    expect(paper?.published).toEqual(published)
  })

  it('takes the names for things that data sets use', async () => {
    const [paper] = papersIn(
      await read(
        line({
          arxivId: '2505.01234',
          title: 'T',
          summary: 'S',
          publishedAt: '2025-05-20',
          primaryCategory: 'cs.LG',
          categories: ['cs.LG', 'cs.LG', 'stat.ML'],
          authors: [
            'Ann Lee',
            { name: 'Bo Ek', affiliation: 'X', orcid: 'https://orcid.org/0000-0002-1825-0097' },
            { name: 'Cy Fo', orcid: '0000-0002-1825-0098' },
            ' ',
          ],
          code: 'https://github.com/lee/lakes',
          links: [{ kind: 'project', url: 'https://lakes.example/' }, { url: 'javascript:alert(1)' }],
        }),
      ),
    )
    expect(paper).toMatchObject({
      abstract: 'S',
      primaryCategory: 'cs.LG',
      categories: ['cs.LG', 'stat.ML'],
      authors: [
        { name: 'Ann Lee' },
        { name: 'Bo Ek', affiliation: 'X', orcid: '0000-0002-1825-0097' },
        { name: 'Cy Fo' },
      ],
    })
    expect(paper?.links?.map(({ kind }) => kind)).toEqual(['code', 'project'])
    expect(paper?.links?.[0]?.url).toBe('https://github.com/lee/lakes')
  })

  it('reads authors that are parsed already', async () => {
    const record = {
      id: '2505.01234',
      title: 'T',
      authors: 'ignored',
      authors_parsed: [
        ['Lee', 'Ann', ''],
        ['Ek', 'B.', 'Jr.'],
      ],
    }
    expect(papersIn(await read(line(record)))[0]?.authors).toEqual([
      { name: 'Ann Lee', family: 'Lee', given: 'Ann' },
      { name: 'B. Ek Jr.', family: 'Ek', given: 'B.', suffix: 'Jr.' },
    ])
  })

  it.each([
    [{ name: 'Ann García López', family: 'García López', given: 'Ann' }],
    [{ family: 'García López', given: 'Ann' }],
    [{ first: 'Ann', middle: [], last: 'García López' }],
    [{ 'given-names': 'Ann', 'family-names': 'García López' }],
    [{ keyname: 'García López', forenames: 'Ann' }],
    ['García López, Ann'],
  ])('reads the author %j with the parts of the name', async (author) => {
    const [paper] = papersIn(await read(line({ id: '2505.01234', title: 'T', authors: [author] })))
    expect(paper?.authors).toEqual([{ name: 'Ann García López', family: 'García López', given: 'Ann' }])
  })

  it.each([
    [{ literal: 'Ann of the Lakes' }, [{ name: 'Ann of the Lakes', literal: true }]],
    ['Ann García López', [{ name: 'Ann García López' }]],
    ['王, 小明', [{ name: '王小明', family: '王', given: '小明' }]],
    ['Nguyen, The Anh', [{ name: 'The Anh Nguyen', family: 'Nguyen', given: 'The Anh' }]],
    [
      'Berg, Ludo van den',
      [{ name: 'Ludo van den Berg', family: 'Berg', given: 'Ludo', nonDroppingParticle: 'van den' }],
    ],
    ['Ann Lee, PhD', [{ name: 'Ann Lee, PhD' }]],
    ['ATLAS Collaboration', [{ name: 'ATLAS Collaboration', kind: 'collaboration' }]],
    [{ family: 'Collaboration', given: 'ATLAS' }, [{ name: 'ATLAS Collaboration', kind: 'collaboration' }]],
    [
      'Ann Lee on behalf of the CMS Collaboration',
      [{ name: 'Ann Lee' }, { name: 'CMS Collaboration', kind: 'collaboration' }],
    ],
    ['for the ALEPH Collaboration', [{ name: 'ALEPH Collaboration', kind: 'collaboration' }]],
  ])('reads the author %j', async (author, authors) => {
    const [paper] = papersIn(await read(line({ id: '2505.01234', title: 'T', authors: [author] })))
    expect(paper?.authors).toEqual(authors)
  })

  it.each([
    [{ authors: ['Ann Lee', 'et al.'] }, undefined],
    [{ authors: ['Ann Lee et al.'] }, undefined],
    [{ authors: ['Ann Lee', '...'] }, undefined],
    [{ authors: ['Ann Lee', { name: 'and others' }] }, undefined],
    [{ authors: ['Ann Lee', '(200 more)'] }, 200],
    [{ authors: ['Ann Lee', 'and 200 more authors'] }, 200],
    [{ authors: ['Ann Lee [and 3,456 others]'] }, 3456],
    [{ authors: 'Ann Lee et al. (50 more)' }, 50],
    [{ authors: 'Ann Lee u. a.' }, undefined],
    [{ authors: ['Ann Lee'], authorsTruncated: true, authorsMissing: 7 }, 7],
    [
      {
        authors_parsed: [
          ['Lee', 'Ann', ''],
          ['al.', 'et', ''],
        ],
      },
      undefined,
    ],
    [{ authors_parsed: [['Lee', 'Ann', 'et al.']] }, undefined],
    [{ authors_parsed: [['Lee et al.', 'Ann', '']] }, undefined],
    [
      {
        authors_parsed: [
          ['Lee', 'Ann', ''],
          ['more', '200', ''],
        ],
      },
      200,
    ],
    [
      {
        authors_parsed: [
          ['Lee', 'Ann', ''],
          ['others', 'and', ''],
        ],
      },
      undefined,
    ],
  ])('knows that %j leaves authors out', async (authors, missing) => {
    const [paper] = papersIn(await read(line({ id: '2505.01234', title: 'T', ...authors })))
    expect(paper?.authors?.map(({ name }) => name)).toEqual(['Ann Lee'])
    expect(paper?.authorsTruncated).toBe(true)
    expect(paper?.authorsMissing).toBe(missing)
  })

  it('passes over a data set’s own key where another field names the paper', async () => {
    const [paper] = papersIn(await read(line({ id: 42, doi: '10.5555/a', title: 'T' })))
    expect(paper?.identifiers).toEqual([{ scheme: 'doi', value: '10.5555/a' }])
  })

  it('refuses bad lines, naming the field, and takes all others', async () => {
    const good = line({ id: '2505.01234', title: 'Good' })
    const outcomes = await read(
      [
        '\ufeff' + good,
        '{"id": "2505.01234", "title": ',
        '',
        '[1]',
        line({ id: '2505.01234', title: ' \u0000 ' }),
        line({ id: 'nonsense', title: 'T' }),
        line({ title: 'T' }),
        line({ id: '2505.01234', title: 'x'.repeat(2001) }),
        line({ id: '2505.01234', title: 'T', abstract: 'x'.repeat(60_001) }),
        line({ id: '2505.01234', title: 'T', authors: [{ given: 'A' }] }),
        line({ id: '2505.01234', arxiv_id: '2505.01235', title: 'T' }),
        `{"id":"2505.01234","title":"${'x'.repeat(MAX_RECORD_LENGTH)}"}`,
        good.replace('Good', 'Last'),
      ].join('\r\n'),
    )
    expect(papersIn(outcomes).map(({ title }) => title)).toEqual(['Good', 'Last'])
    expect(refusalsIn(outcomes)).toEqual([
      'line 2: The line is not valid JSON.',
      expect.stringMatching(/^line 4: The record is not in the expected form/),
      'line 5: It has no title.',
      'line 6: Its identifier “nonsense” is neither an arXiv id nor a DOI.',
      'line 7: It has no identifier (an arXiv id or a DOI).',
      'line 8: Its title is longer than 2,000 characters.',
      'line 9: Its abstract is longer than 60,000 characters.',
      expect.stringMatching(/^line 10: The field “authors/),
      'line 11: It names two arXiv papers, 2505.01234 and 2505.01235.',
      'line 12: The record is longer than 4,194,304 characters.',
    ])
  })

  it('refuses no line for its dates, and takes the first that is one', async () => {
    const dated = [
      { published: 'yesterday' },
      { published: '2025-02-30' },
      { published: 'n.d.', created: '2025-01-02' },
      { published: { year: 2025 }, date: 2024, updated: 'lately' },
      {
        published: 'c. 2024',
        versions: [{ version: 'v1', created: 20250102 }],
        observed_at: 'now',
        stars: 3,
      },
      { published: null, publicationDate: '2019-05-03', year: 2019 },
      { year: 2019, update_date: '2025-01-01' },
    ]
    const outcomes = await read(
      dated.map((dates) => line({ doi: '10.5555/a', title: 'T', ...dates })).join('\n'),
    )
    expect(refusalsIn(outcomes)).toEqual([])
    expect(papersIn(outcomes).map(({ published }) => published?.value)).toEqual([
      undefined,
      '2025-02',
      '2025-01-02',
      '2024',
      '2024',
      '2019-05-03',
      '2019',
    ])
  })

  it('refuses no line for what is in the place of a DOI', async () => {
    const dois = [12, ['10.5555/a', '10.5555/b'], { doi: '10.5555/a' }, 'N/A']
    const outcomes = await read(dois.map((doi) => line({ id: '2505.01234', title: 'T', doi })).join('\n'))
    expect(refusalsIn(outcomes)).toEqual([])
    expect(papersIn(outcomes).map(({ identifiers }) => identifiers.length)).toEqual([1, 3, 1, 1])
  })

  it('cleans text: NFC, no control characters, no lone surrogates, no NUL', async () => {
    const [paper] = papersIn(
      await read('{"id":"2505.01234","title":"Cafe\\u0301\\u0000 \\ud800\\u0007 b\\u200bar\\u00a0"}'),
    )
    expect(paper?.title).toBe('Café bar')
  })

  it('gives the same outcomes however the text is cut', async () => {
    const text = [SNAPSHOT, '{"id":', '', line({ id: '2505.01234', title: 'é𝛼' })].join('\r\n')
    const whole = await read(text)
    for (const size of [1, 2, 3, 7, 100]) expect(await read(text, size)).toEqual(whole)
  })

  it('never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), async (text) => {
        for (const outcome of await read(text)) expect(outcome.position).toMatch(/^line \d+$/)
      }),
    )
  })

  const real = join(import.meta.dirname, '../../../shared/data/arxiv-40k.jsonl.gz')
  it.skipIf(!existsSync(real))('reads all of a real set of 40,000', { timeout: 60_000 }, async () => {
    const counts = { papers: 0, refused: 0 }
    const began = performance.now()
    for await (const { ok } of readJsonLines(decodeText(createReadStream(real)), { now }))
      counts[ok ? 'papers' : 'refused'] += 1
    console.log(`${Math.round(counts.papers / ((performance.now() - began) / 1000))} records/s`)
    expect(counts).toEqual({ papers: 40_000, refused: 0 })
  })
})
