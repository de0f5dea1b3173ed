import { z } from 'zod'
import { parseDay } from '../../papers/calendar.ts'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { doisIn, localIdentifier } from '../../papers/identifiers.ts'
import { cleanLine } from './clean-text.ts'
import { calendarDay, monthNumber, parseDate } from './dates.ts'
import { parseJson } from './jsonl.ts'
import { readWhole } from './lines.ts'
import { outcomeOf, sentenceOf } from './refusal.ts'
import { quote } from './validate-paper.ts'
import { texNameToUnicode } from './tex-names.ts'

const MAX_PAGE = 5 * 1024 * 1024
const LONGEST_TITLE = 300
const LONGEST_HEADER = 80
const HEADER_LINES = 12

const text = z.string().nullish()
const bibliographySchema = z.array(
  z.object({
    title: z.string().min(1),
    arxivId: text,
    doi: text,
    published: text.catch(undefined),
    authors: z.array(z.string()).nullish(),
    authorsTruncated: z.boolean().nullish(),
    primaryCategory: text,
    categories: z.array(z.string()).nullish(),
    links: z.array(z.object({ kind: text, url: z.string() })).nullish(),
  }),
)
/** What is known of the papers of a page beside their titles and abstracts, one entry for each paper. */
export type Bibliography = z.infer<typeof bibliographySchema>
type BibliographyEntry = Bibliography[number]

/** The bibliography in a JSON text, or one sentence that says why it is not one. */
export function parseBibliography(
  json: string,
): { ok: true; bibliography: Bibliography } | { ok: false; reason: string } {
  const value = parseJson(json.replace(/^\ufeff/, ''))
  if (value === undefined) return { ok: false, reason: 'The bibliography is not valid JSON.' }
  const parsed = bibliographySchema.safeParse(value)
  if (parsed.success) return { ok: true, bibliography: parsed.data }
  return { ok: false, reason: `In the bibliography: ${sentenceOf(parsed.error)}` }
}

/**
 * The papers of a page of trending papers saved as text: a header with the day (`Jul 8`, perhaps with its year), then
 * titles and abstracts, separated by blank lines. Each is listed on that day (or on `date`, `YYYY-MM-DD`) with its place
 * as its rank. With a bibliography a paper gets its identifiers from there and a second outcome of source
 * `bibliography`; without one it gets a local identifier. Positions are `paper 3 (line 12)`; at most 5 MiB.
 */
export async function* readTrendingPage(
  chunks: AsyncIterable<string>,
  { bibliography, date, now }: { bibliography?: Bibliography; date?: string; now: Date },
): AsyncGenerator<HarvestOutcome> {
  const whole = await readWhole(chunks, { limit: MAX_PAGE })
  if (whole === null) {
    yield {
      ok: false,
      position: 'the page',
      reason: `The page is longer than ${MAX_PAGE / 1024 / 1024} MiB.`,
    }
    return
  }
  const { shownDate, paragraphs } = readParagraphs(whole)
  const lookup = bibliography ? lookupOf(bibliography) : null
  const papers = lookup ? papersByTitle(paragraphs, lookup) : papersByTurns(paragraphs)
  if (papers.length === 0) {
    yield { ok: false, position: 'the page', reason: 'The page has no papers.' }
    return
  }
  const day = date === undefined ? dayOfPage(shownDate, { papers, now }) : parseDay(date)
  if (day === null) {
    const reason =
      date === undefined
        ? 'The page shows no date such as “Jul 8”; say which day it is from.'
        : `${quote(date)} is not a date of the form YYYY-MM-DD.`
    yield { ok: false, position: 'the page', reason }
    return
  }
  const seen = new Map<string, number>()
  for (const [index, paper] of papers.entries()) {
    const rank = index + 1
    const position = `paper ${rank} (line ${paper.line})`
    const before = seen.get(normaliseTitle(paper.title))
    if (before !== undefined) {
      yield refuse(position, `The page lists ${quote(paper.title)} a second time (first as paper ${before}).`)
    } else if (lookup && !paper.entry) {
      yield refuse(position, `The bibliography has no paper called ${quote(paper.title)}.`)
    } else {
      seen.set(normaliseTitle(paper.title), rank)
      yield withAbstract(pageOutcome(position, paper, { date: day, rank, of: papers.length }), paper.abstract)
      if (paper.entry) yield bibliographyOutcome(position, paper.entry)
    }
  }
}

type Paragraph = { line: number; text: string }
type PagePaper = { line: number; title: string; abstract: string; entry: BibliographyEntry | null }
/** A day as the page shows it; `year` is null where it shows none. */
type ShownDate = { year: number | null; month: number; day: number }
type Lookup = (title: string) => BibliographyEntry | null

function pageOutcome(
  position: string,
  { title, abstract, entry }: PagePaper,
  listing: { date: string; rank: number; of: number },
): HarvestOutcome {
  const firstAuthor = entry?.authors?.[0]
  return outcomeOf(position, {
    source: 'page',
    identifiers: [entry?.arxivId],
    dois: [entry?.doi],
    identifier:
      entry?.arxivId || doisIn(entry?.doi ?? '').length > 0
        ? undefined
        : localIdentifier({ title: cleanLine(title), ...(firstAuthor ? { firstAuthor } : {}) }),
    title,
    abstract,
    listing,
  })
}

function bibliographyOutcome(position: string, entry: BibliographyEntry): HarvestOutcome {
  const local = {
    title: cleanLine(entry.title),
    ...(entry.authors?.[0] ? { firstAuthor: entry.authors[0] } : {}),
  }
  const outcome = outcomeOf(`${position}, in the bibliography`, {
    source: 'bibliography',
    identifiers: [entry.arxivId],
    dois: [entry.doi],
    identifier: entry.arxivId || doisIn(entry.doi ?? '').length > 0 ? undefined : localIdentifier(local),
    title: entry.title,
    authors: (entry.authors ?? []).map((name) => ({ name })),
    others: entry.authorsTruncated ? {} : undefined,
    published: entry.published,
    primaryCategory: entry.primaryCategory,
    categories: entry.categories ?? [],
    links: entry.links ?? [],
  })
  return outcome.ok ? { ...outcome, continues: true } : outcome
}

// The page's abstracts are kept to the letter, except for what no database accepts.
function withAbstract(outcome: HarvestOutcome, abstract: string): HarvestOutcome {
  if (!outcome.ok || outcome.paper.abstract === undefined) return outcome
  return {
    ...outcome,
    paper: { ...outcome.paper, abstract: abstract.replace(/\0|\p{Cs}/gu, '').trim() },
  }
}

function readParagraphs(page: string): { shownDate: ShownDate | null; paragraphs: Paragraph[] } {
  const lines = page.replace(/^\ufeff/, '').split(/\r?\n/)
  const { shownDate, end } = readHeader(lines)
  const paragraphs: Paragraph[] = []
  let open: Paragraph | null = null
  for (const [index, line] of lines.entries()) {
    if (index < end) continue
    if (line.trim() === '') open = null
    else if (open) open.text = `${open.text}\n${line}`
    else {
      open = { line: index + 1, text: line }
      paragraphs.push(open)
    }
  }
  return {
    shownDate,
    paragraphs: paragraphs.map(({ line, text: written }) => ({ line, text: written.trim() })),
  }
}

/** The header ends with the date; without one it is the lines known to stand in it. */
function readHeader(lines: string[]): { shownDate: ShownDate | null; end: number } {
  let seen = 0
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    const shownDate = parseShownDate(line.trim())
    if (shownDate) return { shownDate, end: index + 1 }
    seen += 1
    if (seen > HEADER_LINES || line.length > LONGEST_HEADER) break
  }
  const known = /^(?:new|subscribe|get trending papers\b.*|by ?ak\b.*|by.*\bcommunity)$/i
  const end = lines.findIndex((line) => line.trim() !== '' && !known.test(line.trim()))
  return { shownDate: null, end: end === -1 ? lines.length : end }
}

function parseShownDate(line: string): ShownDate | null {
  const iso = parseDay(line)
  if (iso) return { year: Number(iso.slice(0, 4)), month: Number(iso.slice(5, 7)), day: Number(iso.slice(8)) }
  const match =
    /^(?<month>[a-z]{3,9})\.? (?<day>\d{1,2})(?:,? (?<year>\d{4}))?$/i.exec(line) ??
    /^(?<day>\d{1,2}) (?<month>[a-z]{3,9})\.?(?:,? (?<year>\d{4}))?$/i.exec(line)
  const { month = '', day = '', year } = match?.groups ?? {}
  const shown = {
    year: year === undefined ? null : Number(year),
    month: monthNumber(month),
    day: Number(day),
  }
  return calendarDay(shown.year ?? 2000, shown.month, shown.day) === null ? null : shown
}

/**
 * A date without its year is the first such day on which all the papers were already published or, where nothing tells
 * when they were, the latest that is not in the future.
 */
function dayOfPage(
  shown: ShownDate | null,
  { papers, now }: { papers: PagePaper[]; now: Date },
): string | null {
  if (shown === null) return null
  if (shown.year !== null) return calendarDay(shown.year, shown.month, shown.day)
  const published = papers
    .flatMap(({ entry }) => parseDate(entry?.published ?? '') ?? [])
    .map(({ value }) => `${value.slice(0, 10)}${'-01-01'.slice(value.length - 4)}`.slice(0, 10))
    .toSorted()
    .at(-1)
  const today = now.toISOString().slice(0, 10)
  const from = published ?? today
  // The 29th of February may be eight years away.
  const days = Array.from({ length: 17 }, (_, index) => Number(from.slice(0, 4)) - 8 + index).flatMap(
    (year) => calendarDay(year, shown.month, shown.day) ?? [],
  )
  return (
    (published === undefined ? days.findLast((day) => day <= today) : days.find((day) => day >= published)) ??
    null
  )
}

function papersByTurns(paragraphs: Paragraph[]): PagePaper[] {
  const papers: PagePaper[] = []
  for (let index = 0; index < paragraphs.length; index += 2) {
    const title = paragraphs[index]
    if (title)
      papers.push({
        line: title.line,
        title: title.text,
        abstract: paragraphs[index + 1]?.text ?? '',
        entry: null,
      })
  }
  return papers
}

/**
 * Titles are what the bibliography knows, so that an abstract may have several paragraphs. A paragraph after an abstract
 * that it does not know is a title too where it looks like one and an abstract follows.
 */
function papersByTitle(paragraphs: Paragraph[], lookup: Lookup): PagePaper[] {
  const papers: PagePaper[] = []
  for (const [index, { line, text: written }] of paragraphs.entries()) {
    const entry = lookup(written)
    const current = papers.at(-1)
    const next = paragraphs[index + 1]
    const isUnknownTitle =
      !entry &&
      (!current || current.abstract !== '') &&
      looksLikeTitle(written) &&
      next !== undefined &&
      lookup(next.text) === null &&
      !looksLikeTitle(next.text)
    if (entry || isUnknownTitle || !current) papers.push({ line, title: written, abstract: '', entry })
    else current.abstract = current.abstract === '' ? written : `${current.abstract}\n\n${written}`
  }
  return papers
}

function looksLikeTitle(paragraph: string): boolean {
  return paragraph.length <= LONGEST_TITLE && !paragraph.includes('\n') && !/[.:;,]$/.test(paragraph)
}

function lookupOf(bibliography: Bibliography): Lookup {
  const exact = new Map(bibliography.map((entry) => [entry.title, entry]))
  const normalised = new Map(bibliography.map((entry) => [normaliseTitle(entry.title), entry]))
  normalised.delete('')
  return (title) =>
    title.length > 2 * LONGEST_TITLE && !exact.has(title)
      ? null
      : (exact.get(title) ?? normalised.get(normaliseTitle(title)) ?? null)
}

/** Letters and digits alone, in lower case: what two spellings of a title have in common. */
function normaliseTitle(title: string): string {
  return texNameToUnicode(title)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
}

function refuse(position: string, reason: string): HarvestOutcome {
  return { ok: false, position, reason }
}
