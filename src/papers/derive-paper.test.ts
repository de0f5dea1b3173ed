import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stated } from '../../test/papers.ts'
import { SOURCES, type HarvestedPaper, type PublishedDate } from './harvested-paper.ts'
import { derivePaper, type Statement } from './derive-paper.ts'

const recordedAt = new Date('2026-01-15T03:00:00Z')
const timeZone = 'America/New_York'

function derived(statements: Statement[], options: { arxivId?: string | null; timeZone?: string } = {}) {
  const arxivId =
    statements.flatMap((s) => s.identifiers).find(({ scheme }) => scheme === 'arxiv')?.value ?? null
  return derivePaper(statements, { arxivId, recordedAt, timeZone, ...options })
}

const day = (value: string): PublishedDate => ({ precision: 'day', value })

describe('the derived paper', () => {
  it('is the same whatever the order of the statements', () => {
    const published = fc.constantFrom<PublishedDate[]>(
      { precision: 'year', value: '2024' },
      { precision: 'month', value: '2024-12' },
      day('2024-12-27'),
      day('2024-12-28'),
      { precision: 'time', value: '2024-12-27T16:21:00.000Z' },
      { precision: 'time', value: '2024-12-30T01:00:00.000Z' },
    )
    const url = fc.constantFrom(
      'https://code.example/a',
      'http://code.example/a/',
      'https://github.com/Lee/Tide',
    )
    const facts = fc.record(
      {
        title: fc.constantFrom('Tides', 'Tides!', 'On tides'),
        abstract: fc.constantFrom('See https://github.com/lee/tide.', 'We look at tides.'),
        synopsis: fc.constantFrom('Tides, measured.', 'Tides.'),
        authors: fc.array(fc.record({ name: fc.constantFrom('Ann Lee', 'Bo Ek') }), { maxLength: 2 }),
        published,
        versions: fc.array(
          fc.record({
            number: fc.integer({ min: 1, max: 3 }),
            submittedAt: fc.constantFrom('2024-12-27T16:21:00.000Z', '2025-01-02T00:00:00.000Z'),
          }),
          { maxLength: 3 },
        ),
        primaryCategory: fc.constantFrom('cs.LG', '68T05'),
        categories: fc.array(fc.constantFrom('cs.LG', 'cs.AI', 'I.2.7', '76B15'), { maxLength: 3 }),
        comments: fc.constantFrom('9 pages', 'Code: https://code.example/a'),
        withdrawn: fc.boolean(),
        links: fc.array(fc.record({ kind: fc.constantFrom('code', 'other'), url }), { maxLength: 2 }),
        listing: fc.record({ date: fc.constantFrom('2025-01-02', '2025-01-03', '2026-01-01') }),
      },
      { requiredKeys: ['title'] },
    )
    const identifiers = fc.constantFrom<[string, ...string[]][]>(
      ['2412.19723'],
      ['2412.19723', 'doi/10.5555/a'],
      ['doi/10.5555/b'],
      ['local/0123456789abcdef', 'doi/10.5555/a'],
    )
    const statements = fc
      .uniqueArray(fc.constantFrom(...SOURCES), { minLength: 1 })
      .chain((sources) =>
        fc.tuple(
          ...sources.map((source) =>
            fc
              .tuple(identifiers, facts)
              .map(([of, facts]) => stated(of, { ...(facts as Partial<HarvestedPaper>), source })),
          ),
        ),
      )
      .chain((all) =>
        fc.record({ all: fc.constant(all), shuffled: fc.shuffledSubarray(all, { minLength: all.length }) }),
      )
    fc.assert(
      fc.property(statements, ({ all, shuffled }) => {
        expect(derived(shuffled)).toStrictEqual(derived(all))
      }),
    )
  })

  it('takes each fact from the source that knows best, and says which', () => {
    const paper = derived([
      stated('2412.19723', { source: 'sample', title: 'Tides (sample)', synopsis: 'Tides, measured.' }),
      stated('2412.19723', {
        source: 'arxiv-raw',
        title: 'Tides (raw)',
        authors: [{ name: 'A. Lee and B. Ek' }],
        versions: [{ number: 1, submittedAt: '2024-12-27T16:21:00.000Z' }],
        comments: '9 pages',
      }),
      stated('2412.19723', {
        source: 'huggingface',
        title: 'Tides (daily)',
        authors: [{ name: 'Ann Lee' }, { name: 'Bo Ek' }],
        listing: { date: '2025-01-02' },
      }),
      stated(['2412.19723', 'doi/10.5555/a'], {
        source: 'arxiv-oai',
        title: 'Tides',
        authors: [],
        published: { precision: 'month', value: '2024-12' },
      }),
      stated('2412.19723', { source: 'jsonl', title: 'Tides (file)', published: day('2024-12-27') }),
    ])
    expect(paper).toMatchObject({
      address: '2412.19723',
      doi: '10.5555/a',
      title: 'Tides',
      synopsis: 'Tides, measured.',
      authors: [{ name: 'Ann Lee' }, { name: 'Bo Ek' }],
      published: day('2024-12-27'),
      comments: '9 pages',
      edition: '2025-01-02',
      editionFrom: 'listing',
    })
    expect(paper.provenance).toEqual({
      title: 'arxiv-oai',
      synopsis: 'sample',
      authors: 'huggingface',
      published: 'jsonl',
      versions: 'arxiv-raw',
      comments: 'arxiv-raw',
      edition: 'huggingface',
    })
  })

  it('stands under its arXiv identifier, else its DOI, else its local one', () => {
    const doi = stated(['local/0123456789abcdef', 'doi/10.5555/a'])
    expect(derived([doi]).address).toBe('doi/10.5555/a')
    expect(derived([doi], { arxivId: 'hep-th/9901001' })).toMatchObject({
      address: 'hep-th/9901001',
      arxivId: 'hep-th/9901001',
      doi: '10.5555/a',
    })
    expect(derived([stated('local/0123456789abcdef')]).address).toBe('local/0123456789abcdef')
  })

  it('stands in the first edition that listed it', () => {
    const paper = derived([
      stated('2412.19723', { source: 'huggingface', listing: { date: '2025-01-03' } }),
      stated('2412.19723', { source: 'page', listing: { date: '2025-01-02', rank: 1, of: 2 } }),
      stated('2412.19723', { source: 'arxiv-oai', published: day('2024-12-27') }),
    ])
    expect(paper).toMatchObject({ edition: '2025-01-02', editionFrom: 'listing' })
    expect(paper.provenance.edition).toBe('page')
    expect(paper.datedAt).toEqual(new Date('2024-12-27T00:00:00Z'))
  })

  it('stands else in the edition of its publication, an instant by the site’s time zone', () => {
    const instant = stated('2601.00001', {
      published: { precision: 'time', value: '2026-01-02T03:00:00.000Z' },
    })
    expect(derived([instant])).toMatchObject({ edition: '2026-01-01', editionFrom: 'publication' })
    expect(derived([instant], { timeZone: 'Asia/Tokyo' })).toMatchObject({ edition: '2026-01-02' })
    const known = derived([stated('2601.00001', { published: day('2026-01-02') })], {
      timeZone: 'Pacific/Honolulu',
    })
    expect(known).toMatchObject({ edition: '2026-01-02', provenance: { edition: 'arxiv-oai' } })
  })

  it('stands in the edition of the first day of its month or year when no more is known', () => {
    const month = derived([stated('doi/10.5555/a', { published: { precision: 'month', value: '2019-03' } })])
    expect(month).toMatchObject({ edition: '2019-03-01', editionFrom: 'publication' })
    expect(month.datedAt).toEqual(new Date('2019-03-01T00:00:00Z'))
    expect(month.provenance.edition).toBe('arxiv-oai')
    const year = derived([stated('doi/10.5555/a', { published: { precision: 'year', value: '2019' } })])
    expect(year).toMatchObject({ edition: '2019-01-01', editionFrom: 'publication' })
  })

  it('is else in no edition, and listed by its arrival', () => {
    const undated = derived([stated('doi/10.5555/a')])
    expect(undated).toMatchObject({ edition: null, editionFrom: null, published: null })
    expect(undated.datedAt).toEqual(recordedAt)
    expect(undated.provenance.edition).toBeUndefined()
  })

  it('is in the edition of a date ahead, but not of one that can only be a mistake', () => {
    const published = (value: string, of = 'doi/10.5555/a') =>
      derived([stated(of, { published: value.length === 4 ? { precision: 'year', value } : day(value) })])
    expect(published('2026-03-01')).toMatchObject({ edition: '2026-03-01', datedAt: recordedAt })
    expect(published('2027')).toMatchObject({ edition: '2027-01-01' })
    for (const mistaken of ['2028', '2099-01-01']) {
      expect(published(mistaken)).toMatchObject({
        edition: null,
        editionFrom: null,
        published: { value: mistaken },
        datedAt: recordedAt,
      })
    }
    expect(published('2099-01-01', '2601.00001')).toMatchObject({ edition: null })
    const listed = derived([
      stated('doi/10.5555/a', { published: day('2099-01-01'), listing: { date: '2026-01-10' } }),
    ])
    expect(listed).toMatchObject({ edition: '2026-01-10', editionFrom: 'listing' })
  })

  it('has the longest of lists that all leave authors out, and how many are missing from it', () => {
    const one = stated('2601.00001', {
      authors: [{ name: 'Ada Lake' }],
      authorsTruncated: true,
      authorsMissing: 9,
    })
    const two = stated('2601.00001', {
      source: 'bibtex',
      authors: [{ name: 'Ada Lake' }, { name: 'Bo Rill' }],
      authorsTruncated: true,
    })
    for (const statements of [
      [one, two],
      [two, one],
    ]) {
      const paper = derived(statements)
      expect(paper.authors.map(({ name }) => name)).toEqual(['Ada Lake', 'Bo Rill'])
      expect(paper).toMatchObject({ authorsTruncated: true, authorsMissing: 8 })
    }
  })

  it('has the parts of a name from the source that divides it, and the rest from the one it takes the authors of', () => {
    const whole = stated('2601.00001', {
      source: 'arxiv-atom',
      authors: [{ name: 'Ann García López', affiliation: 'Univ. X' }, { name: 'Bo Ek' }],
    })
    const divided = stated('2601.00001', {
      source: 'doi',
      authors: [
        { name: 'Ann Garcia Lopez', family: 'Garcia Lopez', given: 'Ann', affiliation: 'Univ. Y' },
        { name: 'B. Ek', family: 'Ek', given: 'B.' },
      ],
    })
    expect(derived([divided, whole]).authors).toEqual([
      { name: 'Ann García López', family: 'García López', given: 'Ann', affiliation: 'Univ. X' },
      { name: 'Bo Ek' },
    ])
  })

  it('has the authors of a source that names all of them, before one that names some', () => {
    const some = stated('2601.00001', { authors: [{ name: 'Ada Lake' }], authorsTruncated: true })
    const all = stated('2601.00001', {
      source: 'bibtex',
      authors: [{ name: 'Ada Lake' }, { name: 'Bo Rill' }],
    })
    for (const paper of [derived([some, all]), derived([all, some])]) {
      expect(paper.authors.map(({ name }) => name)).toEqual(['Ada Lake', 'Bo Rill'])
      expect(paper.authorsTruncated).toBe(false)
    }
    expect(derived([some])).toMatchObject({ authors: [{ name: 'Ada Lake' }], authorsTruncated: true })
  })

  it('has the month of its arXiv identifier when no source knows more than a year', () => {
    const year = stated('hep-th/9901001', { published: { precision: 'year', value: '2001' } })
    for (const paper of [derived([year]), derived([stated('hep-th/9901001')])]) {
      expect(paper.published).toEqual({ precision: 'month', value: '1999-01' })
      expect(paper.provenance.published).toBeUndefined()
    }
    const { published, provenance } = derived([{ ...year, identifiers: stated('doi/10.5555/a').identifiers }])
    expect(published).toEqual({ precision: 'year', value: '2001' })
    expect(provenance.published).toBe('arxiv-oai')
  })

  it('has topics, without the codes of other classifications', () => {
    const paper = derived([
      stated('2601.00001', {
        primaryCategory: '68T50',
        categories: ['I.2.7; H.3.3', 'cs.CL', '76B15', 'math.AP'],
      }),
    ])
    expect(paper).toMatchObject({ primaryCategory: 'cs.CL', categories: ['cs.CL', 'math.AP'] })
    expect(derived([stated('2601.00001', { categories: ['68T50'] })])).toMatchObject({
      primaryCategory: null,
      categories: [],
    })
    expect(
      derived([
        stated('2601.00001', { source: 'sample', primaryCategory: 'cs.AI', categories: ['cs.AI', 'cs.LG'] }),
        stated('2601.00001', {
          source: 'arxiv-oai',
          primaryCategory: 'cs.CL',
          categories: ['math.AP', 'cs.CL'],
        }),
      ]),
    ).toMatchObject({ primaryCategory: 'cs.CL', categories: ['cs.CL', 'math.AP'] })
  })

  it('has the links of all sources and those in its abstract, each once', () => {
    const { links } = derived([
      stated('2601.00001', {
        source: 'huggingface',
        links: [{ kind: 'code', url: 'https://github.com/Lee/Tide' }],
      }),
      stated('2601.00001', {
        source: 'arxiv-oai',
        abstract: 'Our code is at https://github.com/lee/tide and data at https://tides.example/data.',
        comments: 'Project page: https://tides.example',
      }),
    ])
    expect(links).toEqual([
      {
        kind: 'code',
        url: expect.stringMatching(/^https:\/\/github.com\/lee\/tide$/i),
        sources: ['abstract', 'huggingface'],
      },
      { kind: 'project', url: 'https://tides.example', sources: ['abstract'] },
      { kind: 'dataset', url: 'https://tides.example/data', sources: ['abstract'] },
    ])
  })

  it('has the versions that any source knows, arXiv’s own word first', () => {
    const { versions, provenance } = derived([
      stated('2601.00001', {
        source: 'jsonl',
        versions: [
          { number: 2, submittedAt: '2026-01-05T00:00:00.000Z' },
          { number: 1, submittedAt: '2026-01-02T00:00:00.000Z' },
        ],
      }),
      stated('2601.00001', {
        source: 'arxiv-raw',
        versions: [{ number: 1, submittedAt: '2026-01-01T09:00:00.000Z' }],
      }),
    ])
    expect(versions).toEqual([
      { number: 1, submittedAt: '2026-01-01T09:00:00.000Z' },
      { number: 2, submittedAt: '2026-01-05T00:00:00.000Z' },
    ])
    expect(provenance.versions).toBe('arxiv-raw')
  })
})
