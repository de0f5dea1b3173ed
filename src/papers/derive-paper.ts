import { addDays, dayIn, firstInstant } from './calendar.ts'
import { isTopic } from './categories.ts'
import type {
  Author,
  COUNTED,
  HarvestedPaper,
  NameParts,
  PaperVersion,
  PublishedDate,
  Source,
} from './harvested-paper.ts'
import { findLinks } from './find-links.ts'
import { arxivMonth, paperAddress } from './identifiers.ts'
import { collectLinks } from './links.ts'
import { joinName, nameKey } from './names.ts'
import { collectNotices } from './notices.ts'
import type { Fact, Paper } from './paper.ts'

/** What one source says about a paper, without the counts that change by the hour. */
export type Statement = Omit<HarvestedPaper, (typeof COUNTED)[number]>

/** The facts of a paper, derived from all statements about it; the counts are not among them. */
export type DerivedPaper = Omit<
  Paper,
  | 'id'
  | 'uuid'
  | 'votes'
  | 'commentCount'
  | 'pickCount'
  | 'hidden'
  | 'commentsLocked'
  | 'heat'
  | 'recordedAt'
  | 'changedAt'
  | 'revision'
> & {
  datedAt: Date
}

/** Whose word counts first. arXiv's own records know their papers best; what a person typed comes later. */
const PRECEDENCE: Source[] = [
  'arxiv-oai',
  'arxiv-atom',
  'arxiv-raw',
  'jsonl',
  'arxiv-daily',
  'biorxiv',
  'europe-pmc',
  'doi',
  'huggingface',
  'bibtex',
  'csl',
  'ris',
  'bibliography',
  'feed',
  'page',
  'sample',
  'submission',
  'curator',
  // These are asked about papers that are here, and repeat their titles.
  'crossref',
  'openalex',
  'semantic-scholar',
  'github',
]
/**
 * arXivRaw and the daily announcements give authors as one line of text: any source that lists them one by one knows better. A source that names all of them
 * comes before either; of those that leave some out, the one that names the most comes first.
 */
const AUTHOR_PRECEDENCE: Source[] = [
  'arxiv-oai',
  'arxiv-atom',
  'biorxiv',
  'europe-pmc',
  'doi',
  'crossref',
  'openalex',
  'semantic-scholar',
  'github',
  'huggingface',
  'jsonl',
  'bibtex',
  'csl',
  'ris',
  'bibliography',
  'sample',
  'arxiv-raw',
  'arxiv-daily',
  'feed',
  'page',
  'submission',
  'curator',
]
/** How far ahead journals date their volumes: a paper dated later than that after it came in has a mistaken date. */
const MOST_DAYS_AHEAD = 366
const EXACTNESS = ['time', 'day', 'month', 'year'] as const

/**
 * The best of what all sources say. Pure, and the same whatever the order of the statements (one from each source, at least
 * one): recording twice, or from two sources in any order, must give one paper.
 * `arxivId` is the one it is known by, which a source may have stopped naming; `recordedAt` dates the paper when no
 * source does; `timeZone` turns instants into editions.
 */
export function derivePaper(
  statements: Statement[],
  { arxivId, recordedAt, timeZone }: { arxivId: string | null; recordedAt: Date; timeZone: string },
): DerivedPaper {
  const ranked = statements.toSorted((a, b) => PRECEDENCE.indexOf(a.source) - PRECEDENCE.indexOf(b.source))
  const provenance: Paper['provenance'] = {}

  /** The first statement in order that has the fact, noting where it came from. */
  function best<T>(
    fact: Fact,
    read: (statement: Statement) => T | undefined,
    order: Statement[] = ranked,
  ): T | null {
    for (const statement of order) {
      const value = read(statement)
      if (value !== undefined && !(Array.isArray(value) && value.length === 0)) {
        provenance[fact] = statement.source
        return value
      }
    }
    return null
  }

  const identifiers = ranked.flatMap((statement) => statement.identifiers)
  const doi = identifiers.find(({ scheme }) => scheme === 'doi')
  const address = paperAddress(
    arxivId === null
      ? (doi ?? (identifiers[0] as (typeof identifiers)[0]))
      : { scheme: 'arxiv', value: arxivId },
  )

  const byAuthors = statements.toSorted(
    (a, b) =>
      Number(a.authorsTruncated ?? false) - Number(b.authorsTruncated ?? false) ||
      (a.authorsTruncated ? (b.authors?.length ?? 0) - (a.authors?.length ?? 0) : 0) ||
      AUTHOR_PRECEDENCE.indexOf(a.source) - AUTHOR_PRECEDENCE.indexOf(b.source),
  )
  const stated = best(
    'published',
    (s) => s.published,
    ranked.toSorted((a, b) => exactness(a.published) - exactness(b.published)),
  )
  const latest = addDays(dayIn(timeZone, recordedAt), MOST_DAYS_AHEAD)
  const isOfId = arxivId !== null && (stated === null || stated.precision === 'year')
  const published = isOfId ? monthOfId(arxivId) : stated
  if (isOfId) delete provenance.published
  const subjects = best('categories', (s) => (s.categories?.length || s.primaryCategory ? s : undefined))
  const topics = unique([
    ...(subjects?.primaryCategory ? [subjects.primaryCategory] : []),
    ...(subjects?.categories ?? []),
  ]).filter(isTopic)
  const named = best('authors', (s) => (s.authors?.length ? s : undefined), byAuthors)
  const abstract = best('abstract', (s) => s.abstract)
  const comments = best('comments', (s) => s.comments)

  return {
    address,
    arxivId,
    doi: doi?.value ?? null,
    title: best('title', (s) => s.title) ?? '',
    abstract,
    synopsis: best('synopsis', (s) => s.synopsis),
    authors: withParts(named, byAuthors),
    authorsTruncated: named?.authorsTruncated ?? false,
    authorsMissing: missingAuthors(named, byAuthors),
    published,
    versions: versionsOf(ranked, provenance),
    primaryCategory: topics[0] ?? null,
    categories: topics,
    comments,
    journalReference: best('journalReference', (s) => s.journalReference),
    publication: ranked.find((s) => s.publication !== undefined)?.publication ?? null,
    licenseUrl: best('licenseUrl', (s) => s.licenseUrl),
    notices: collectNotices(statements.map(({ notices = [] }) => notices)),
    publishedAs: ranked.find((s) => s.publishedAs !== undefined)?.publishedAs ?? null,
    withdrawn: best('withdrawn', (s) => s.withdrawn) ?? false,
    links: collectLinks<Source | 'abstract'>([
      ...ranked.flatMap((s) => (s.links ?? []).map((link) => ({ link, source: s.source }))),
      ...findLinks([abstract, comments].filter((text) => text !== null).join('\n\n')).map((link) => ({
        link,
        source: 'abstract' as const,
      })),
    ]),
    ...editionOf(ranked, { published, latest, timeZone, provenance }),
    datedAt: published ? earlier(firstInstant(published), recordedAt) : recordedAt,
    provenance,
  }
}

/** The authors of a statement; where it does not divide a name, as another one divides the same name. */
function withParts(named: Statement | null, byAuthors: Statement[]): Author[] {
  const authors = named?.authors ?? []
  if (byAuthors.length === 1 || authors.every(isDivided)) return authors
  const divided = new Map<string, Author>()
  for (const other of byAuthors) {
    if (other === named) continue
    for (const author of other.authors ?? []) {
      const key = nameKey(author.name)
      if (isDivided(author) && !divided.has(key)) divided.set(key, author)
    }
  }
  return authors.map((author) => {
    const same = isDivided(author) ? undefined : divided.get(nameKey(author.name))
    if (same === undefined) return author
    if (same.kind !== undefined) return { ...author, kind: same.kind }
    return { ...author, ...(same.literal ? { literal: same.literal } : dividedAs(author.name, same)) }
  })
}

const IN_ORDER = ['given', 'droppingParticle', 'nonDroppingParticle', 'family', 'suffix'] as const

/** The parts of a name in its own spelling (`García`), divided as another spelling of it (`Garcia`) is. */
function dividedAs(name: string, other: Author): NameParts {
  const words = name.split(' ')
  const parts: NameParts = {}
  for (const part of IN_ORDER) {
    const count = other[part]?.split(' ').length ?? 0
    if (count > 0) parts[part] = words.splice(0, count).join(' ')
  }
  if (words.length === 0 && joinName(parts) === name) return parts
  const own = IN_ORDER.flatMap((part) => (other[part] === undefined ? [] : [[part, other[part]]]))
  return joinName(other) === name ? (Object.fromEntries(own) as NameParts) : {}
}

function isDivided({ family, given, kind, literal }: Author): boolean {
  return (family !== undefined && given !== undefined) || kind !== undefined || literal === true
}

/** How many authors a list leaves out: as it says itself, or as another one does that names as many. */
function missingAuthors(named: Statement | null, byAuthors: Statement[]): number | null {
  if (named?.authorsTruncated !== true) return null
  if (named.authorsMissing !== undefined) return named.authorsMissing
  const count = named.authors?.length ?? 0
  const other = byAuthors.find((s) => s.authorsMissing !== undefined && (s.authors?.length ?? 0) <= count)
  if (other?.authorsMissing === undefined) return null
  const missing = (other.authors?.length ?? 0) + other.authorsMissing - count
  return missing > 0 ? missing : null
}

/**
 * The edition of a paper: the day on which its archive announced it; else the first day on which a page listed it; else the day it was published, in the site's time
 * zone (of a month or a year, the first day). None when no source dates it, or dates it by mistake after `latest`: a paper
 * is not new because it came in today.
 */
function editionOf(
  ranked: Statement[],
  from: {
    published: PublishedDate | null
    latest: string
    timeZone: string
    provenance: Paper['provenance']
  },
): Pick<DerivedPaper, 'edition' | 'editionFrom'> {
  const listed = ranked
    .filter((s) => s.listing !== undefined)
    .toSorted((a, b) => (a.listing?.date ?? '').localeCompare(b.listing?.date ?? ''))[0]
  const { published, provenance, latest } = from
  // Of several statements, the one that saw the announcement comes before those that reckon when it was.
  const announced =
    ranked.find((s) => s.source === 'arxiv-daily' && s.announced !== undefined) ??
    ranked.find((s) => s.announced !== undefined)
  if (announced?.announced !== undefined) {
    provenance.edition = announced.source
    return { edition: announced.announced, editionFrom: 'announcement' }
  }
  if (listed?.listing) {
    provenance.edition = listed.source
    return { edition: listed.listing.date, editionFrom: 'listing' }
  }
  if (published === null || isLater(published, latest)) return { edition: null, editionFrom: null }
  if (provenance.published) provenance.edition = provenance.published
  const day =
    published.precision === 'time'
      ? dayIn(from.timeZone, new Date(published.value))
      : firstInstant(published).toISOString().slice(0, 10)
  return { edition: day, editionFrom: 'publication' }
}

/** Whether something dated is later than a day. */
function isLater(published: PublishedDate, day: string): boolean {
  return firstInstant(published).toISOString().slice(0, 10) > day
}

function versionsOf(ranked: Statement[], provenance: Paper['provenance']): PaperVersion[] {
  const byNumber = new Map<number, PaperVersion>()
  for (const statement of ranked) {
    for (const version of statement.versions ?? []) {
      if (byNumber.has(version.number)) continue
      byNumber.set(version.number, version)
      provenance.versions ??= statement.source
    }
  }
  return [...byNumber.values()].toSorted((a, b) => a.number - b.number)
}

/** A paper dated to the future (an error, or a journal's next issue) must not stay the newest until then. */
function earlier(published: Date, recordedAt: Date): Date {
  return published < recordedAt ? published : recordedAt
}

/** An arXiv identifier tells the month in which its paper was submitted. */
function monthOfId(arxivId: string): PublishedDate {
  const { year, month } = arxivMonth(arxivId)
  return { precision: 'month', value: `${year}-${String(month).padStart(2, '0')}` }
}

function exactness(published: PublishedDate | undefined): number {
  return published ? EXACTNESS.indexOf(published.precision) : EXACTNESS.length
}

function unique(values: string[]): string[] {
  return [...new Set(values)]
}
