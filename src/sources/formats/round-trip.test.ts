import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Author, HarvestOutcome } from '../../papers/harvested-paper.ts'
import { toBibtex } from '../../papers/export/bibtex.ts'
import { inventedPaper } from '../../papers/export/invented-paper.fixture.ts'
import { toJson } from '../../papers/export/json.ts'
import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/plain-text.ts'
import { readBibtex } from './bibtex.ts'
import { EXPORT_FORMATS, type ExportFormat } from '../../papers/export/formats.ts'
import { WORK_TYPES, type Publication } from '../../papers/publication.ts'
import { collect, feed, papersIn, refusalsIn } from '../feed.fixture.ts'
import { readHuggingFace } from './huggingface.ts'
import { readJsonLines } from './jsonl.ts'
import { exportText, inventedRecords, NOW, papersOf, readExport, recordsOf } from './round-trip.fixture.ts'

const OPTIONS = { url: 'https://papers.example/papers/2412.19723', siteName: 'Example Papers' }
const FORMATS = ['BibTeX', 'JSON'] as const
type Format = (typeof FORMATS)[number]

async function again(format: Format, facts: Partial<Paper>) {
  const paper = inventedPaper(facts)
  const outcomes: HarvestOutcome[] =
    format === 'BibTeX'
      ? await collect(readBibtex(feed(toBibtex(paper, OPTIONS))))
      : await collect(readJsonLines(feed(JSON.stringify(toJson(paper, OPTIONS))), { now: new Date() }))
  expect(outcomes.map((outcome) => (outcome.ok ? '' : outcome.reason))).toEqual([''])
  return papersIn(outcomes)[0]
}

/** Names of many shapes, each as its source divides it. */
const AUTHORS: Author[] = [
  { name: 'Ann García López', family: 'García López', given: 'Ann' },
  { name: '王小明', family: '王', given: '小明' },
  { name: 'The Anh Nguyen', family: 'Nguyen', given: 'The Anh' },
  { name: 'Ludo van den Berg', family: 'Berg', given: 'Ludo', nonDroppingParticle: 'van den' },
  { name: 'Sam Poe Jr.', family: 'Poe', given: 'Sam', suffix: 'Jr.' },
  { name: 'Ana Ramón y Cajal', family: 'Ramón y Cajal', given: 'Ana' },
  { name: 'Ana De La Cruz', family: 'De La Cruz', given: 'Ana' },
  { name: "Luca D'Angelo", family: "D'Angelo", given: 'Luca' },
  { name: 'Tariq al-Ghamdi', family: 'al-Ghamdi', given: 'Tariq' },
  { name: 'J.-P. Serre', family: 'Serre', given: 'J.-P.' },
  { name: 'José da Silva Filho', family: 'Silva Filho', given: 'José', nonDroppingParticle: 'da' },
  { name: 'Ann Barnes and Noble', family: 'Barnes and Noble', given: 'Ann' },
  { name: 'U. A. Khan', family: 'Khan', given: 'U. A.' },
  { name: 'Plato of Athens', literal: true },
  { name: 'ATLAS Collaboration', kind: 'collaboration' },
  { name: 'The LIGO, Virgo, and KAGRA Collaborations', kind: 'collaboration' },
]

describe.each(FORMATS)('authors that went out as %s and came in again', (format) => {
  it('keep their names and parts', async () => {
    const paper = await again(format, { authors: AUTHORS })
    expect(paper?.authors).toEqual(AUTHORS)
    expect(paper).not.toHaveProperty('authorsTruncated')
  })

  it('are said to be more than those where they are', async () => {
    const paper = await again(format, { authors: AUTHORS, authorsTruncated: true, authorsMissing: 200 })
    expect(paper?.authors).toEqual(AUTHORS)
    expect(paper?.authorsTruncated).toBe(true)
  })

  it('are all there, of 5,200 as of ten', async () => {
    const authors = Array.from({ length: 5_200 }, (_, i): Author => {
      const family = `${String.fromCodePoint(0x41 + (i % 26))}${'aeiou'.charAt(i % 5)}${'lmnrst'.charAt(i % 6)}é García`
      const given = `Ann ${String.fromCodePoint(0x41 + (i % 23))}.`
      return { name: `${given} ${family}`, family, given }
    })
    const full = authors.map((author) =>
      format === 'BibTeX'
        ? author
        : {
            ...author,
            affiliation: `Institute of ${'Long Names '.repeat(12)}X`,
            orcid: '0000-0002-1825-0097',
          },
    )
    const paper = await again(format, { authors: full })
    expect(paper?.authors).toEqual(full)
    expect(paper).not.toHaveProperty('authorsTruncated')
  })
})

it('is the same paper that went out as JSON and came in again, by whatever it is known', async () => {
  const known = await again('JSON', {})
  expect(known).toMatchObject({
    identifiers: [
      { scheme: 'arxiv', value: '2412.19723' },
      { scheme: 'doi', value: '10.1000/tide_1' },
    ],
    published: { precision: 'day', value: '2024-12-27' },
    versions: inventedPaper().versions,
    licenseUrl: expect.stringContaining('creativecommons.org/licenses/by/4.0'),
  })
  const byDoi = await again('JSON', { arxivId: null, address: 'doi/10.1000/tide_1' })
  expect(byDoi?.identifiers).toEqual([{ scheme: 'doi', value: '10.1000/tide_1' }])
  const local = await again('JSON', { arxivId: null, doi: null, address: 'local/00000000000000aa' })
  expect(local?.identifiers).toEqual([{ scheme: 'local', value: '00000000000000aa' }])
})

const DATA = join(import.meta.dirname, '../../../shared/data')
const MANY = 2_000

/** Lines of a file of real papers, spread over all of it. */
function linesOf(name: string, count: number): string {
  const lines = gunzipSync(readFileSync(join(DATA, name)))
    .toString('utf8')
    .trim()
    .split('\n')
  const step = Math.max(1, Math.floor(lines.length / count))
  return lines
    .filter((_, index) => index % step === 0)
    .slice(0, count)
    .join('\n')
}

async function statedIn(outcomes: AsyncIterable<HarvestOutcome>): Promise<Paper[]> {
  const all = await collect(outcomes)
  expect(refusalsIn(all)).toEqual([])
  return papersOf(papersIn(all))
}

/** The records that are others after an export, an import into an empty site, and a second export. */
async function changedBy(format: ExportFormat, papers: Paper[]): Promise<[before: string, after: string][]> {
  const first = exportText(papers, format)
  const second = exportText(await statedIn(readExport(format, first)), format)
  const after = recordsOf(format, second)
  const changed = recordsOf(format, first).map((record, index): [string, string] => [
    record,
    after[index] ?? '',
  ])
  const others = changed.filter(([one, two]) => one !== two)
  // Where all records are the same, so is what is between them.
  if (others.length === 0) expect(second === first).toBe(true)
  return others.slice(0, 3)
}

const REAL = ['arxiv-40k.jsonl.gz', 'hf-daily.jsonl.gz']

/** The same papers for every format, read once. */
const many = {
  real: once(async () => {
    const [arxiv = '', daily = ''] = REAL
    return [
      ...(await statedIn(readJsonLines(feed(linesOf(arxiv, MANY * 0.9)), { now: NOW }))),
      ...(await statedIn(readHuggingFace(feed(linesOf(daily, MANY * 0.1)), { now: NOW }))),
    ]
  }),
  invented: once(() => statedIn(readJsonLines(feed(inventedRecords(MANY, 13).join('\n')), { now: NOW }))),
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

describe.each(EXPORT_FORMATS)('papers that went out as %s, came in and went out again', (format) => {
  it.skipIf(!REAL.every((name) => existsSync(join(DATA, name))))(
    'are the same, 2,000 real ones',
    async () => {
      const papers = await many.real()
      expect(papers).toHaveLength(MANY)
      expect(await changedBy(format, papers)).toEqual([])
    },
  )

  it('are the same, 2,000 invented ones with all that is hard to write', async () => {
    const papers = await many.invented()
    expect(await changedBy(format, papers)).toEqual([])
  })

  it('are what they were: books, theses, reports and all others', async () => {
    for (const type of WORK_TYPES) {
      const publication: Publication = {
        type,
        container: 'Tides',
        volume: '3',
        pages: '1–9',
        publisher: 'Lake',
      }
      const [paper] = await statedIn(readExport(format, exportText([inventedPaper({ publication })], format)))
      expect(paper?.publication).toEqual(publication)
    }
  })

  it.each([
    'Nature',
    'J. Tides 4 (2024) 1-9',
    'Phys. Rev. B 59, 1234 (1999)',
    'J. Tides 4 (2023), pp. 1–9, $\\alpha$',
    'arXiv preprint arXiv:2001.01234',
  ])('keep the journal reference %s as it is', async (journalReference) => {
    let [paper] = [inventedPaper({ journalReference })]
    for (let trip = 0; trip < 3; trip++) {
      const [next] = await statedIn(readExport(format, exportText([paper], format)))
      if (next === undefined) throw new Error('no paper')
      paper = next
      expect(plainText(paper.journalReference ?? '')).toBe(plainText(journalReference))
      expect(paper.arxivId).toBe('2412.19723')
    }
  })

  it('are withdrawn or not, with their comments', async () => {
    for (const [withdrawn, comments] of [
      [true, null],
      [true, '12 pages. An error in Lemma 2'],
      [false, '12 pages'],
      [true, 'Withdrawn by the authors'],
    ] as const) {
      const [paper] = await statedIn(
        readExport(format, exportText([inventedPaper({ withdrawn, comments })], format)),
      )
      expect(paper).toMatchObject({ withdrawn, comments })
    }
  })
})
