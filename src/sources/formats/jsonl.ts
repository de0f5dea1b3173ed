import { z } from 'zod'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { parseDay } from '../../papers/calendar.ts'
import { parseAddress, parseIdentifier } from '../../papers/identifiers.ts'
import { NOTICE_KINDS } from '../../papers/notices.ts'
import { WORK_TYPES } from '../../papers/publication.ts'
import { authorsInLine } from './author-list.ts'
import { cleanLine } from './clean-text.ts'
import { parseInstant, parsePublished } from './dates.ts'
import { readLines } from './lines.ts'
import { texOfMarkup } from './registry-markup.ts'
import { RECORD_TOO_LONG, outcomeOf, sentenceOf } from './refusal.ts'
import type { AuthorDraft } from './valid-authors.ts'
import type { PaperDraft } from './validate-paper.ts'
import { saysWithdrawn } from './withdrawn.ts'

const text = z.string().nullish()
const date = z
  .union([
    z.string(),
    z.number(),
    // As our own exports have it.
    z.object({ precision: z.string(), value: z.string() }).transform(({ value }) => value),
  ])
  .nullish()
  .catch(undefined)
const count = z.number().int().nonnegative().max(1e9).nullish()
const author = z.union([z.string(), z.record(z.string(), z.unknown()).refine(isNamed)], {
  error: 'expected a name, or an object with a name',
})

const recordSchema = z.object({
  id: z.union([z.string(), z.number()], { error: 'expected text' }).nullish(),
  arxiv_id: text,
  arxivId: text,
  paper_id: z.union([z.string(), z.number()], { error: 'expected text' }).nullish(),
  // Nobody's paper is refused for what is in the place of its DOI.
  doi: z
    .union([z.string(), z.array(z.string()).transform((dois) => dois.join(' '))])
    .nullish()
    .catch(undefined),
  title: text,
  abstract: text,
  summary: text,
  synopsis: text.catch(undefined),
  published: date,
  published_at: date,
  publishedAt: date,
  date,
  created: date,
  publication_date: date,
  publicationDate: date,
  year: date,
  updated: date,
  updated_at: date,
  updatedAt: date,
  update_date: date,
  primary_category: text,
  primaryCategory: text,
  categories: z
    .union([z.string(), z.array(z.string())], { error: 'expected text or a list of texts' })
    .nullish(),
  authors: z.union([z.string(), z.array(author)], { error: 'expected names' }).nullish(),
  authors_parsed: z.array(z.array(z.string().nullable())).nullish(),
  authorsTruncated: z.boolean().nullish(),
  authors_truncated: z.boolean().nullish(),
  authorsMissing: count,
  authors_missing: count,
  versions: z
    .array(
      z.union([
        z.object({ version: z.string(), created: text.catch(undefined) }),
        z.object({ number: z.number(), submittedAt: text.catch(undefined) }),
      ]),
    )
    .nullish(),
  comments: text,
  'journal-ref': text,
  journal_ref: text,
  journalReference: text,
  publication: z
    .object({
      type: z.enum(WORK_TYPES),
      container: z.string().optional(),
      volume: z.string().optional(),
      issue: z.string().optional(),
      pages: z.string().optional(),
      publisher: z.string().optional(),
    })
    .nullish()
    .catch(undefined),
  listedOn: text.catch(undefined),
  license: text,
  licenseUrl: text,
  withdrawn: z.boolean().nullish().catch(undefined),
  // As our own exports have them.
  notices: z
    .array(
      z
        .object({ kind: z.enum(NOTICE_KINDS), date: z.string().nullish(), doi: z.string().nullish() })
        .transform(({ kind, date, doi }) => ({
          kind,
          ...(typeof date === 'string' && parseDay(date) !== null && { date }),
          ...(typeof doi === 'string' && isDoi(doi) && { doi: doi.toLowerCase() }),
        })),
    )
    .nullish()
    .catch(undefined),
  publishedAs: z
    .object({ doi: z.string().refine(isDoi), journal: z.string().optional(), date: z.string().optional() })
    .nullish()
    .catch(undefined),
  identifiers: z.object({ arxiv: text, doi: text }).nullish().catch(undefined),
  links: z.array(z.object({ kind: text, url: z.string() })).nullish(),
  code: z.unknown().optional(),
  code_url: z.unknown().optional(),
  github: z.unknown().optional(),
  githubRepo: z.unknown().optional(),
  stars: count,
  github_stars: count,
  citations: count,
  citation_count: count,
  observed_at: text.catch(undefined),
})
type Record = z.infer<typeof recordSchema>

/**
 * Papers from JSON lines, one object a line, in the field names of arXiv's metadata snapshot, of arXiv's API and of
 * the common data sets made from them. `now` is when stars and citations were seen where a record does not say
 * (`observed_at`). Positions are `line 17`; blank lines are skipped.
 */
export async function* readJsonLines(
  chunks: AsyncIterable<string>,
  { now }: { now: Date },
): AsyncGenerator<HarvestOutcome> {
  for await (const { number, text: line } of readLines(chunks)) {
    const position = `line ${number}`
    if (line === null) yield { ok: false, position, reason: RECORD_TOO_LONG }
    else if (!isBlank(line))
      yield outcomeOf(position, draftOf(number === 1 ? withoutMark(line) : line, { now }))
  }
}

/** The JSON value of a text, or undefined where it is not valid JSON. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function draftOf(line: string, { now }: { now: Date }): PaperDraft | { refused: string } {
  const value = parseJson(line)
  if (value === undefined) return { refused: 'The line is not valid JSON.' }
  const parsed = recordSchema.safeParse(value)
  if (!parsed.success) return { refused: sentenceOf(parsed.error) }
  const record = parsed.data
  const abstract = record.abstract ?? record.summary
  const observedAt = parseInstant(record.observed_at ?? '') ?? now.toISOString()
  const counted = (total: number | null | undefined) =>
    total === null || total === undefined ? undefined : { total, observedAt, since: observedAt }
  return {
    source: 'jsonl',
    ...identifiersOf(record),
    dois: [record.doi, record.identifiers?.doi],
    asOf: written(record.updated, record.updated_at, record.updatedAt, record.update_date),
    title: record.title,
    abstract,
    indentedParagraphs: true,
    ...authorsOf(record),
    published: [
      record.published,
      record.published_at,
      record.publishedAt,
      record.date,
      record.created,
      versionsOf(record)[0]?.date,
      record.publication_date,
      record.publicationDate,
      record.year,
    ]
      .map((one) => String(one ?? ''))
      .find((one) => parsePublished(one) !== null),
    versions: versionsOf(record),
    ...categoriesOf(record),
    comments: record.comments,
    synopsis: record.synopsis,
    listing: listingOf(record.listedOn),
    publication: record.publication,
    journalReference: written(record['journal-ref'], record.journal_ref, record.journalReference),
    license: record.license ?? record.licenseUrl,
    withdrawn:
      record.withdrawn === true ||
      saysWithdrawn({
        comments: cleanLine(texOfMarkup(record.comments ?? '')),
        abstract: cleanLine(texOfMarkup(abstract ?? '')),
      }),
    notices: record.notices ?? undefined,
    publishedAs: record.publishedAs && {
      doi: record.publishedAs.doi.toLowerCase(),
      ...(record.publishedAs.journal && { journal: cleanLine(record.publishedAs.journal) }),
      ...(parseDay(record.publishedAs.date ?? '') !== null && { date: record.publishedAs.date ?? '' }),
    },
    links: linksOf(record),
    stars: counted(record.stars ?? record.github_stars),
    citations: counted(record.citations ?? record.citation_count),
  }
}

function isDoi(text: string): boolean {
  return parseIdentifier(text)?.identifier.scheme === 'doi'
}

/** The day on which a page listed the paper, as our own exports have it. */
function listingOf(day: string | null | undefined): PaperDraft['listing'] {
  const date = parseDay(day?.trim() ?? '')
  return date === null ? undefined : { date }
}

// A data set's own key in `id` or `paper_id` does no harm where another field names the paper.
function identifiersOf(record: Record): Pick<PaperDraft, 'identifier' | 'identifiers'> {
  const named = [record.arxiv_id, record.arxivId, record.identifiers?.arxiv].filter((id) => id?.trim())
  const keys = [record.id, record.paper_id].flatMap((id) =>
    id === null || id === undefined ? [] : [String(id)],
  )
  // Our own exports have a paper's address as its `id`: `doi/10.1000/182`, `local/…`.
  const own = keys
    .map((key) => parseAddress(key.trim())?.identifier)
    .find((found) => found?.scheme !== 'arxiv')
  const readable = keys.filter((key) => parseIdentifier(key.trim()) !== null)
  if (own !== undefined) return { identifier: own, identifiers: [...readable, ...named] }
  const isNamed = readable.length > 0 || named.length > 0 || (record.doi ?? record.identifiers?.doi)?.trim()
  return { identifiers: isNamed ? [...readable, ...named] : keys.slice(0, 1) }
}

function versionsOf({ versions }: Record): NonNullable<PaperDraft['versions']> {
  return (versions ?? []).map((version) =>
    'version' in version
      ? { number: versionNumber(version.version), date: version.created }
      : { number: version.number, date: version.submittedAt },
  )
}

function authorsOf(record: Record): Pick<PaperDraft, 'authors' | 'others'> {
  const { authors, authors_parsed: parsed } = record
  const missing = record.authorsMissing ?? record.authors_missing
  const isTruncated = record.authorsTruncated ?? record.authors_truncated
  const line = typeof authors === 'string' ? authorsInLine(authors) : undefined
  const stated = isTruncated || missing ? (missing ? { missing } : {}) : undefined
  const others = stated || line?.others ? { ...line?.others, ...stated } : undefined
  if (parsed && parsed.length > 0) {
    return {
      authors: parsed.map(([family, given, suffix, ...affiliations]) => ({
        family,
        given,
        suffix,
        affiliation: affiliations.filter(Boolean).join('; '),
      })),
      others,
    }
  }
  if (typeof authors === 'string') return { authors: line?.authors, others }
  return {
    authors: authors?.map((one) => (typeof one === 'string' ? { name: one } : draftOfAuthor(one))),
    others,
  }
}

/** The parts of names, in the spellings of arXiv, CSL, Crossref, CFF, schema.org and the common data sets. */
const PART_FIELDS = {
  family: 'family last lastName last_name family_name familyName family-names surname keyname',
  given: 'given first firstName first_name given_name givenName given-names forenames',
  droppingParticle: 'droppingParticle dropping-particle',
  nonDroppingParticle: 'nonDroppingParticle non-dropping-particle',
  suffix: 'suffix name-suffix honorificSuffix',
  name: 'name display_name full_name fullName',
  literal: 'literal',
}

function fieldOf(author: { [field: string]: unknown }, part: keyof typeof PART_FIELDS): string {
  const found = PART_FIELDS[part].split(' ').map((field) => author[field])
  return (found.find((value) => typeof value === 'string' && value.trim() !== '') as string | undefined) ?? ''
}

function isNamed(author: { [field: string]: unknown }): boolean {
  return (
    typeof author['name'] === 'string' ||
    fieldOf(author, 'family') !== '' ||
    fieldOf(author, 'name') !== '' ||
    fieldOf(author, 'literal') !== ''
  )
}

function draftOfAuthor(author: { [field: string]: unknown }): AuthorDraft {
  const { middle } = author
  const literal = fieldOf(author, 'literal')
  return {
    name: literal || fieldOf(author, 'name'),
    literal: literal !== '' || author['literal'] === true,
    kind: author['kind'] === 'collaboration' ? 'collaboration' : undefined,
    family: fieldOf(author, 'family'),
    given: [fieldOf(author, 'given'), ...(Array.isArray(middle) ? middle : [middle])]
      .filter((name) => typeof name === 'string' && name !== '')
      .join(' '),
    droppingParticle: fieldOf(author, 'droppingParticle'),
    nonDroppingParticle: fieldOf(author, 'nonDroppingParticle'),
    suffix: fieldOf(author, 'suffix'),
    affiliation: stringOrNull(author['affiliation']),
    orcid: stringOrNull(author['orcid']) ?? stringOrNull(author['ORCID']),
  }
}

function categoriesOf(record: Record): Pick<PaperDraft, 'categories' | 'primaryCategory'> {
  const primaryCategory = written(record.primary_category, record.primaryCategory)
  if (typeof record.categories !== 'string') return { primaryCategory, categories: record.categories ?? [] }
  const categories = record.categories.trim().split(/\s+/)
  return { primaryCategory: primaryCategory ?? categories[0], categories }
}

function linksOf(record: Record): PaperDraft['links'] {
  const code = [record.code, record.code_url, record.github, record.githubRepo]
    .filter((url) => typeof url === 'string')
    .map((url) => ({ kind: 'code', url }))
  return [...code, ...(record.links ?? [])]
}

function written(...texts: (string | number | null | undefined)[]): string | undefined {
  const first = texts.find((one) => one !== null && one !== undefined && !isBlank(String(one)))
  return first === undefined ? undefined : String(first)
}

function versionNumber(version: string): number {
  return Number(/^v?(\d+)$/.exec(version.trim())?.[1] ?? 0)
}

function stringOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function isBlank(line: string): boolean {
  return line.trim() === ''
}

function withoutMark(line: string): string {
  return line.startsWith('\ufeff') ? line.slice(1) : line
}
