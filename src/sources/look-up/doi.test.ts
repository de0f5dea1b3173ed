import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PaperIdentifier } from '../../papers/identifiers.ts'
import { doiRequest, readDoiAnswer } from './doi.ts'
import { CROSSREF_ARTICLE, DATACITE_REPORT } from './registries.fixture.ts'

const DOI: PaperIdentifier = { scheme: 'doi', value: '10.5555/tides.2026.7' }

const read = (item: unknown, identifier = DOI) =>
  readDoiAnswer({ status: 200, text: JSON.stringify(item) }, identifier)
const paperOf = (facts: Record<string, unknown>) => {
  const reading = read({ title: 'Tides', ...facts })
  return reading.kind === 'found' ? reading.paper : reading.kind
}

describe('what the registries of DOIs answer', () => {
  it('reads an article at Crossref', () => {
    expect(read(CROSSREF_ARTICLE)).toEqual({
      kind: 'found',
      paper: {
        source: 'doi',
        identifiers: [DOI, { scheme: 'arxiv', value: '2601.00007' }],
        title: 'Tides of Zostera meadows & CO₂: x² laws: A survey',
        abstract: 'Background: Meadows breathe, p < 0.05.\n\nSee $q_1$.',
        authors: [
          {
            name: 'Ann Lee',
            family: 'Lee',
            given: 'Ann',
            affiliation: 'Univ. of the Coast; Sea Lab',
            orcid: '0000-0002-1825-0097',
          },
          {
            name: 'Jan van den Berg Jr.',
            family: 'Berg',
            given: 'Jan',
            nonDroppingParticle: 'van den',
            suffix: 'Jr.',
          },
          { name: 'The Tide Gauge Consortium', kind: 'collaboration' },
        ],
        published: { precision: 'day', value: '2026-01-09' },
        journalReference: 'Journal of Invented Tides 12(3), 45-67 (2026)',
        licenseUrl: 'https://creativecommons.org/licenses/by/4.0',
      },
    })
  })

  it('reads a report at DataCite', () => {
    const identifier: PaperIdentifier = { scheme: 'doi', value: '10.5555/report.1' }
    expect(read(DATACITE_REPORT, identifier)).toEqual({
      kind: 'found',
      paper: {
        source: 'doi',
        identifiers: [identifier],
        title: 'Heights of tides',
        abstract: 'We report heights.\n\nWhere h < 3 m, none were seen.',
        authors: [
          { name: 'Bo Ek', family: 'Ek', given: 'Bo' },
          { name: 'Sea Lab', kind: 'collaboration' },
        ],
        published: { precision: 'year', value: '2025' },
        licenseUrl: 'https://creativecommons.org/publicdomain/zero/1.0',
      },
    })
  })

  it('names ten thousand authors at most, and says how many more there are', () => {
    const author = Array.from({ length: 10_003 }, (_, i) => ({ given: 'Ann', family: `Lee${i}` }))
    expect(paperOf({ author })).toMatchObject({
      authors: { length: 10_000 },
      authorsTruncated: true,
      authorsMissing: 3,
    })
  })

  it('needs no more than a title', () => {
    expect(paperOf({})).toEqual({ source: 'doi', identifiers: [DOI], title: 'Tides' })
    expect(paperOf({ title: ['Tides'], author: null, issued: null, abstract: null })).toEqual(paperOf({}))
    expect(read({ author: [{ literal: 'Sea Lab' }] })).toEqual({ kind: 'unreadable' })
    expect(read({ title: ' <i> </i>' })).toEqual({ kind: 'unreadable' })
    expect(read([])).toEqual({ kind: 'unreadable' })
  })

  it('leaves out what makes no sense', () => {
    const nonsense = {
      subtitle: 7,
      author: [{ given: { of: 1 }, family: 'Lee' }, 'Bo Ek', null, {}, { literal: 'Sea Lab', ORCID: '0000' }],
      issued: { 'date-parts': [[null]] },
      abstract: ['no'],
      'container-title': {},
      license: [{ URL: 4 }, 'x', { URL: 'javascript:alert(1)' }],
      DOI: 'none',
      relation: [],
    }
    expect(paperOf(nonsense)).toEqual({
      source: 'doi',
      identifiers: [DOI],
      title: 'Tides',
      authors: [
        { name: 'Lee', family: 'Lee' },
        { name: 'Sea Lab', kind: 'collaboration' },
      ],
    })
  })

  it('reads dates as exactly as they are given', () => {
    const dated = (issued: unknown, published?: unknown) => {
      const paper = paperOf({ issued, published })
      return typeof paper === 'string' ? paper : paper.published?.value
    }
    expect(dated({ 'date-parts': [[2024]] })).toBe('2024')
    expect(dated({ 'date-parts': [[2024, 3]] })).toBe('2024-03')
    expect(dated({ 'date-parts': [['2024', '03', '09']] })).toBe('2024-03-09')
    expect(
      dated({
        'date-parts': [
          [2024, 3, 9],
          [2024, 4, 1],
        ],
      }),
    ).toBe('2024-03-09')
    expect(dated({ 'date-parts': [[2024, 3, null]] })).toBe('2024-03')
    expect(dated({ 'date-parts': [[2024, 2, 30]] })).toBe('2024-02')
    expect(dated({ 'date-parts': [[2024, 13]] })).toBe('2024')
    expect(dated({ 'date-parts': [[null]] }, { 'date-parts': [[2023]] })).toBe('2023')
    expect(dated({ raw: '2022-05' })).toBe('2022-05')
    expect(dated({ 'date-parts': [] })).toBeUndefined()
    expect(dated({ 'date-parts': [['soon']] })).toBeUndefined()
  })

  it('names the journal as far as it is told', () => {
    const placed = (facts: Record<string, unknown>) => {
      const paper = paperOf(facts)
      return typeof paper === 'string' ? paper : paper.journalReference
    }
    expect(placed({ 'container-title': ['J. Tides', 'JT'], 'article-number': '0123' })).toBe('J. Tides, 0123')
    expect(placed({ 'container-title': 'J. Tides &amp; Seas', volume: 4 })).toBe('J. Tides & Seas 4')
    expect(placed({ volume: '4', page: '1-2' })).toBeUndefined()
  })

  it('knows arXiv’s own DOIs for what they are, and takes no one of several preprints', () => {
    const identifiers = (facts: Record<string, unknown>) => {
      const paper = paperOf(facts)
      return typeof paper === 'string' ? paper : paper.identifiers
    }
    const arxiv = { scheme: 'arxiv', value: '2601.00007' }
    const preprints = (...ids: string[]) => ({ relation: { 'has-preprint': ids.map((id) => ({ id })) } })
    expect(identifiers({ DOI: '10.48550/arXiv.2601.00007' })).toEqual([DOI, arxiv])
    expect(identifiers(preprints('10.48550/arXiv.2601.00007', 'arXiv:2601.00007v2'))).toEqual([DOI, arxiv])
    expect(identifiers(preprints('2601.00007', '2601.00008'))).toEqual([DOI])
    expect(identifiers(preprints('10.5555/other'))).toEqual([DOI])
  })

  it('tells unknown DOIs from answers that are none', () => {
    expect(readDoiAnswer({ status: 404, text: '<html>' }, DOI)).toEqual({ kind: 'unknown' })
    expect(readDoiAnswer({ status: 200, text: '<html><title>Tides</title></html>' }, DOI)).toEqual({
      kind: 'unreadable',
    })
    expect(readDoiAnswer({ status: 406, text: '' }, DOI)).toEqual({ kind: 'unreadable' })
    expect(readDoiAnswer({ status: 200, text: '{"title":"Ti' }, DOI)).toEqual({ kind: 'unreadable' })
  })

  it('never throws, whatever is answered', () => {
    const fields = fc.constantFrom(...Object.keys(CROSSREF_ARTICLE))
    fc.assert(
      fc.property(fields, fc.jsonValue(), (field, value) => {
        expect(['found', 'unreadable']).toContain(read({ ...CROSSREF_ARTICLE, [field]: value }).kind)
      }),
    )
  })

  it('asks for DOIs with any characters', () => {
    expect(doiRequest('https://doi.example/', '10.1002/(sici)1<1::aid#2?>3.0.co;2-x').href).toBe(
      'https://doi.example/10.1002/(sici)1%3C1%3A%3Aaid%232%3F%3E3.0.co%3B2-x',
    )
  })
})
