import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { collect, feed, papersIn, refusalsIn } from '../feed.fixture.ts'
import { parseBibliography, readTrendingPage, type Bibliography } from './trending-page.ts'

const now = new Date('2026-01-05T12:00:00Z')
const read = (text: string, options: { bibliography?: Bibliography; date?: string } = {}) =>
  collect(readTrendingPage(feed(text), { now, ...options }))

const header = (date: string) =>
  `new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nbyAK and the research community\n\n${date}\n\n`
const PAGE = `${header('Jul 8')}Lakes: A Survey

We look  at lakes\\~. They are deep.

Rivers of $\\alpha$-type

We look at rivers.

They flow.

`
const entries = [
  {
    rank: 1,
    title: 'Lakes: a survey',
    arxivId: '2412.00001',
    published: '2024-12-27',
    authors: ['Ann Lee'],
    authorsTruncated: true,
    primaryCategory: 'cs.AI',
    categories: ['cs.AI'],
    doi: '10.5555/A',
    links: [{ kind: 'paper', url: 'https://lakes.example/p' }],
    extra: 1,
  },
  {
    rank: 2,
    title: 'Rivers of α-type',
    arxivId: '2507.00002',
    published: '2025-07',
    authors: ['Bo Ek'],
    primaryCategory: null,
    categories: [],
    doi: null,
    links: [],
  },
]

function bibliographyOf(value: unknown): Bibliography {
  const parsed = parseBibliography(JSON.stringify(value))
  if (!parsed.ok) throw new Error(parsed.reason)
  return parsed.bibliography
}

const dateOf = (outcomes: HarvestOutcome[]) => papersIn(outcomes)[0]?.listing?.date

describe('a page of trending papers', () => {
  it('is read with its bibliography', async () => {
    const bibliography = bibliographyOf([entries[0], { ...entries[1], title: 'Rivers of $\\alpha$-type' }])
    const outcomes = await read(PAGE, { bibliography })
    expect(outcomes.map(({ position }) => position)).toEqual([
      'paper 1 (line 11)',
      'paper 1 (line 11), in the bibliography',
      'paper 2 (line 15)',
      'paper 2 (line 15), in the bibliography',
    ])
    expect(papersIn(outcomes).slice(0, 3)).toEqual([
      {
        source: 'page',
        identifiers: [
          { scheme: 'arxiv', value: '2412.00001' },
          { scheme: 'doi', value: '10.5555/a' },
        ],
        title: 'Lakes: A Survey',
        abstract: 'We look  at lakes\\~. They are deep.',
        listing: { date: '2025-07-08', rank: 1, of: 2 },
      },
      {
        source: 'bibliography',
        identifiers: [
          { scheme: 'arxiv', value: '2412.00001' },
          { scheme: 'doi', value: '10.5555/a' },
        ],
        title: 'Lakes: a survey',
        authors: [{ name: 'Ann Lee' }],
        authorsTruncated: true,
        published: { precision: 'day', value: '2024-12-27' },
        primaryCategory: 'cs.AI',
        categories: ['cs.AI'],
        links: [{ kind: 'paper', url: 'https://lakes.example/p' }],
      },
      {
        source: 'page',
        identifiers: [{ scheme: 'arxiv', value: '2507.00002' }],
        title: 'Rivers of $\\alpha$-type',
        abstract: 'We look at rivers.\n\nThey flow.',
        listing: { date: '2025-07-08', rank: 2, of: 2 },
      },
    ])
  })

  it('refuses titles that the bibliography lacks, or that come twice', async () => {
    const bibliography = bibliographyOf([entries[0]])
    const page = `${PAGE.replace('They flow.', 'They flow on. '.repeat(30))}Lakes – A Survey\n\nAgain.\n`
    const outcomes = await read(page, { bibliography, date: '2025-07-08' })
    expect(papersIn(outcomes)).toHaveLength(2)
    expect(refusalsIn(outcomes)).toEqual([
      'paper 2 (line 15): The bibliography has no paper called “Rivers of $\\alpha$-type”.',
      'paper 3 (line 21): The page lists “Lakes – A Survey” a second time (first as paper 1).',
    ])
  })

  it('takes titles and abstracts by turns where there is no bibliography', async () => {
    const page = PAGE.replace('\n\nThey flow.', '')
    const papers = papersIn(await read(page))
    expect(papers.map(({ source, title, identifiers }) => [source, title, identifiers[0].scheme])).toEqual([
      ['page', 'Lakes: A Survey', 'local'],
      ['page', 'Rivers of $\\alpha$-type', 'local'],
    ])
  })

  it('finds the year of a date that shows none', async () => {
    const bibliography = (published: string) => bibliographyOf([{ ...entries[0], published }])
    expect(dateOf(await read(PAGE, { bibliography: bibliography('2025-07-08') }))).toBe('2025-07-08')
    expect(dateOf(await read(PAGE, { bibliography: bibliography('2025-07-09') }))).toBe('2026-07-08')
    expect(dateOf(await read(PAGE, { bibliography: bibliography('2023') }))).toBe('2023-07-08')
    expect(dateOf(await read(PAGE))).toBe('2025-07-08')
    expect(dateOf(await read(PAGE.replace('Jul 8', 'Jan 5')))).toBe('2026-01-05')
    expect(dateOf(await read(PAGE.replace('Jul 8', 'Feb 29')))).toBe('2024-02-29')
    expect(dateOf(await read(PAGE.replace('Jul 8', '8 July 2022')))).toBe('2022-07-08')
    expect(dateOf(await read(PAGE, { date: '2021-01-02' }))).toBe('2021-01-02')
  })

  it('is refused without papers, without a date, and when it is too long', async () => {
    expect(refusalsIn(await read(header('Jul 8')))).toEqual(['the page: The page has no papers.'])
    expect(refusalsIn(await read(PAGE.replace('Jul 8\n', '\n')))[0]).toMatch(
      /^the page: The page shows no date/,
    )
    expect(refusalsIn(await read(PAGE, { date: '2021-02-30' }))).toEqual([
      'the page: “2021-02-30” is not a date of the form YYYY-MM-DD.',
    ])
    expect(refusalsIn(await read('x'.repeat(5 * 1024 * 1024 + 1)))).toEqual([
      'the page: The page is longer than 5 MiB.',
    ])
  })

  it('says what is wrong with a bibliography', () => {
    expect(parseBibliography('{')).toEqual({ ok: false, reason: 'The bibliography is not valid JSON.' })
    expect(parseBibliography('[{"title": 1}]')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('“0.title”'),
    })
  })

  it('never throws', async () => {
    const bibliography = bibliographyOf(entries)
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        for (const page of [text, PAGE + text, text.replaceAll(/./g, '$&\n\n')]) {
          await read(page)
          await read(page, { bibliography })
        }
        expect(parseBibliography(text).ok).toBe(false)
      }),
    )
  })

  const seed = join(import.meta.dirname, '../../../shared/data/seed')
  it.skipIf(!existsSync(seed))('reads the real one, every title with its identifier', async () => {
    const text = readFileSync(join(seed, 'page.txt'), 'utf8')
    const parsed = parseBibliography(readFileSync(join(seed, 'bibliography.json'), 'utf8'))
    if (!parsed.ok) throw new Error(parsed.reason)
    const outcomes = await read(text, { bibliography: parsed.bibliography })
    expect(refusalsIn(outcomes)).toEqual([])
    const papers = papersIn(outcomes)
    const listed = papers.filter(({ source }) => source === 'page')
    expect(listed).toHaveLength(91)
    expect(papers).toHaveLength(182)
    expect(listed.map(({ listing }) => listing)).toEqual(
      listed.map((_, index) => ({ date: '2025-07-08', rank: index + 1, of: 91 })),
    )
    expect(papers.every(({ identifiers }) => identifiers[0].scheme === 'arxiv')).toBe(true)
    const paragraphs = text.split('\n\n').map((paragraph) => paragraph.trim())
    expect(listed.map(({ title, abstract }) => [title, abstract])).toEqual(
      listed.map((_, index) => [paragraphs[5 + 2 * index], paragraphs[6 + 2 * index]]),
    )
  })
})
