import { describe, expect, it } from 'vitest'
import type { Author, HarvestOutcome } from '../papers/harvested-paper.ts'
import { toBibtex } from '../papers/export/bibtex.ts'
import { inventedPaper } from '../papers/export/invented-paper.fixture.ts'
import { toJson } from '../papers/export/json.ts'
import type { Paper } from '../papers/paper.ts'
import { readBibtex } from './bibtex.ts'
import { collect, feed, papersIn } from './feed.fixture.ts'
import { readJsonLines } from './jsonl.ts'

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
