import { z } from 'zod'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { parseIdentifier } from '../../papers/identifiers.ts'
import type { WorkType } from '../../papers/publication.ts'
import { bibliographyDraft } from './bibliography-draft.ts'
import { cleanLine } from './clean-text.ts'
import { parsePublished } from './dates.ts'
import { readJsonRecords } from './json-records.ts'
import { parseJson } from './jsonl.ts'
import { outcomeOf, sentenceOf } from './refusal.ts'
import type { PaperDraft } from './validate-paper.ts'

/** A text, a number as programs write it too, or the first of a list, as Crossref has it. */
const text = z
  .union([z.string(), z.number().transform(String), z.array(z.string()).transform(([first]) => first ?? '')])
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? '')
const part = z.union([z.number(), z.string()])
const dateObject = z.object({
  'date-parts': z.array(z.array(part.nullable())).optional(),
  raw: z.string().optional(),
  literal: z.string().optional(),
  year: part.optional(),
})
const date = z
  // A text of EDTF, or a bare year, as some programs write it.
  .union([dateObject, part.transform((written): z.infer<typeof dateObject> => ({ raw: String(written) }))])
  .nullish()
  .catch(undefined)
const name = z.object({
  family: text,
  given: text,
  suffix: text,
  'dropping-particle': text,
  'non-dropping-particle': text,
  literal: text,
  name: text,
  ORCID: text,
})

const itemSchema = z.object({
  id: text,
  type: text,
  genre: text,
  title: text,
  author: z.array(name).nullish().catch(undefined),
  issued: date,
  published: date,
  abstract: text,
  'container-title': text,
  volume: text,
  issue: text,
  page: text,
  publisher: text,
  number: text,
  DOI: text,
  URL: text,
  keyword: text,
  note: text,
  custom: z.object({ journalReference: text }).nullish().catch(undefined),
})
type Item = z.infer<typeof itemSchema>

/**
 * Papers from CSL-JSON: an array of items, as reference managers export it and registries answer. Those with neither DOI
 * nor arXiv id get an identifier made from title, first author and year. Positions are `record 3 (line 120)`.
 */
export async function* readCsl(chunks: AsyncIterable<string>): AsyncGenerator<HarvestOutcome> {
  for await (const record of readJsonRecords(chunks)) {
    const position = `record ${record.number} (line ${record.line})`
    if (record.ok) yield outcomeOf(position, draftOf(record.json))
    else yield { ok: false, position, reason: record.reason }
  }
}

const TYPES: Readonly<Record<string, WorkType>> = {
  'article-journal': 'article',
  'article-magazine': 'article',
  'article-newspaper': 'article',
  'journal-article': 'article',
  'paper-conference': 'inproceedings',
  'proceedings-article': 'inproceedings',
  chapter: 'incollection',
  'book-chapter': 'incollection',
  book: 'book',
  monograph: 'book',
  proceedings: 'proceedings',
  thesis: 'phdthesis',
  dissertation: 'phdthesis',
  report: 'techreport',
  pamphlet: 'booklet',
  dataset: 'dataset',
  software: 'software',
  patent: 'patent',
  webpage: 'online',
  'post-weblog': 'online',
  manuscript: 'unpublished',
  document: 'misc',
}

function typeOf({ type, genre, ...item }: Item): WorkType | null {
  const known = TYPES[type] ?? null
  if (known === 'phdthesis' && /master|magister|diplom|m\.?\s?sc/i.test(genre)) return 'mastersthesis'
  if (known === 'incollection' && /^part of a book$/i.test(genre)) return 'inbook'
  if (known === 'techreport' && /^manual$/i.test(genre)) return 'manual'
  if (known === 'book' && /^proceedings$/i.test(genre)) return 'proceedings'
  // In old versions of CSL every article is one, whether in a journal or not.
  return type === 'article' && item['container-title'] !== '' ? 'article' : known
}

function draftOf(json: string): PaperDraft | { refused: string } {
  const value = parseJson(json.trim())
  if (value === undefined) return { refused: 'The record is not valid JSON.' }
  const parsed = itemSchema.safeParse(value)
  if (!parsed.success) return { refused: sentenceOf(parsed.error) }
  const item = parsed.data
  return bibliographyDraft({
    source: 'csl',
    type: typeOf(item),
    dois: item.DOI === '' ? [] : [item.DOI],
    arxiv: [item.number, item.URL, item.id].find(isArxiv),
    urls: item.URL === '' ? [] : [item.URL],
    address: item.id,
    title: item.title,
    abstract: item.abstract,
    authors: (item.author ?? []).map((one) => ({
      name: one.literal || one.name,
      literal: one.literal !== '' && one.family === '',
      // In quotation marks CSL keeps particles with the name.
      family: one.family.replace(/^"(.+)"$/, '$1'),
      given: one.given,
      suffix: one.suffix,
      droppingParticle: one['dropping-particle'],
      nonDroppingParticle: one['non-dropping-particle'],
      orcid: one.ORCID,
    })),
    published: dateOf(item.issued) ?? dateOf(item.published) ?? '',
    keywords: item.keyword.split(/[,;]/),
    note: item.note,
    container: item['container-title'],
    volume: item.volume,
    issue: item.issue,
    pages: item.page,
    publisher: item.publisher,
    journalReference: item.custom?.journalReference,
  })
}

function isArxiv(written: string): boolean {
  return parseIdentifier(written)?.identifier.scheme === 'arxiv'
}

/** As exactly as it is given: a year, a month or a day. */
function dateOf(given: z.infer<typeof date>): string | undefined {
  const parts = given?.['date-parts']?.[0] ?? []
  const missing = parts.findIndex((one) => one === null || one === '')
  const known = (missing === -1 ? parts : parts.slice(0, missing)).slice(0, 3)
  const written =
    known.length > 0 ? known.join('-') : String(given?.raw ?? given?.literal ?? given?.year ?? '')
  return parsePublished(cleanLine(written))?.value.slice(0, 10)
}
