import type { Paper } from '../paper.ts'

/** An invented paper for tests, with the facts given in place of its own. */
export function inventedPaper(facts: Partial<Paper> = {}): Paper {
  return {
    id: 1,
    uuid: '019407c4-0000-7000-8000-000000000001',
    address: '2412.19723',
    arxivId: '2412.19723',
    doi: '10.1000/tide_1',
    title: 'TideGauges: Sea Levels at $O(n^2)$ Cost',
    abstract: 'We measure 5\\% of all tides.',
    synopsis: 'Tides, measured.',
    authorsTruncated: false,
    authorsMissing: null,
    authors: [
      { name: 'Ada B. van Loon', orcid: '0000-0002-1825-0097' },
      { name: 'The Tide Collaboration' },
      { name: '王小明' },
    ],
    published: { precision: 'day', value: '2024-12-27' },
    versions: [
      { number: 1, submittedAt: '2024-12-27T10:00:00.000Z' },
      { number: 2, submittedAt: '2025-01-03T10:00:00.000Z' },
    ],
    primaryCategory: 'cs.LG',
    categories: ['cs.LG', 'physics.ao-ph'],
    comments: '12 pages',
    journalReference: null,
    publication: null,
    licenseUrl: 'https://creativecommons.org/licenses/by/4.0/',
    withdrawn: false,
    links: [{ kind: 'code', url: 'https://code.example/tide_gauges', sources: ['abstract'] }],
    provenance: { title: 'arxiv-oai', synopsis: 'jsonl' },
    edition: '2024-12-30',
    editionFrom: 'publication',
    votes: 12,
    commentCount: 0,
    pickCount: 0,
    hidden: false,
    commentsLocked: false,
    heat: 3.5,
    recordedAt: new Date('2024-12-30T05:00:00Z'),
    changedAt: new Date('2025-01-04T05:00:00Z'),
    revision: 1,
    ...facts,
  }
}
