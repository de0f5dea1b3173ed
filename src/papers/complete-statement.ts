import type { Statement } from './derive-paper.ts'
import type { Author, HarvestedPaper, PublishedDate, Source } from './harvested-paper.ts'
import type { PaperIdentifier } from './identifiers.ts'
import type { Publication } from './publication.ts'

/**
 * Sources whose records are whole: a remark that one of them lacks was removed. All others may come in formats and files that
 * have no place for a fact, so that what they lack they say nothing of.
 */
const WHOLE: ReadonlySet<Source> = new Set(['arxiv-oai', 'arxiv-raw', 'arxiv-atom'])

/** What every paper has: no source ever means by its absence that it is gone. */
const LASTING = ['abstract', 'primaryCategory', 'categories'] as const satisfies (keyof HarvestedPaper)[]
/** Sources that are asked about papers that are here. */
const ASKED_ABOUT: ReadonlySet<Source> = new Set(['crossref', 'openalex', 'semantic-scholar', 'github'])
const OUTCOMES = ['notices', 'publishedAs'] as const satisfies (keyof HarvestedPaper)[]
const REMARKS = [
  'synopsis',
  'comments',
  'journalReference',
  'licenseUrl',
  'links',
  'listing',
] as const satisfies (keyof HarvestedPaper)[]

/**
 * A source's statement about a paper with what it said of it before and now has no word for: an excerpt of a record, or one
 * in a poorer format, takes nothing away. What it does say replaces what was said, except by less of the same: names cut
 * short by `et al.`, a year instead of a day, the beginning of an abstract.
 */
export function completed(later: Statement, earlier: Statement): Statement {
  const whole: Statement = { ...later }
  for (const fact of LASTING) if (isMissing(later[fact])) take(whole, earlier, fact)
  if (isCutFrom(later.abstract, earlier.abstract)) take(whole, earlier, 'abstract')
  if (isBeginning(later.title, earlier.title)) whole.title = earlier.title
  if (isMissing(later.authors) || isCutShort(later, earlier)) {
    for (const fact of ['authors', 'authorsTruncated', 'authorsMissing'] as const) {
      delete whole[fact]
      take(whole, earlier, fact)
    }
  } else if (later.authors !== undefined) whole.authors = withKnownParts(later.authors, earlier.authors ?? [])
  if (isPartOf(later.publication, earlier.publication)) {
    take(whole, earlier, 'publication')
    take(whole, earlier, 'journalReference')
  }
  if (isLessExact(later.published, earlier.published)) take(whole, earlier, 'published')
  // What was announced once is not announced again.
  const announced =
    later.source === 'arxiv-daily'
      ? (earlier.announced ?? later.announced)
      : (later.announced ?? earlier.announced)
  if (announced !== undefined) whole.announced = announced
  const numbers = new Set(later.versions?.map(({ number }) => number))
  const versions = [
    ...(later.versions ?? []),
    ...(earlier.versions ?? []).filter(({ number }) => !numbers.has(number)),
  ].toSorted((a, b) => a.number - b.number)
  if (versions.length > 0) whole.versions = versions

  // Who looks a paper up may not bind what the operator's file has bound already.
  const bound = earlier.identifiers.filter((known) => later.claims?.some((claim) => isSame(claim, known)))
  if (bound.length > 0) {
    whole.identifiers = [...later.identifiers, ...bound]
    const claims = (later.claims ?? []).filter((claim) => !bound.some((known) => isSame(claim, known)))
    delete whole.claims
    if (claims.length > 0) whole.claims = claims
  }

  if (WHOLE.has(later.source) && !isExcerpt(later)) return whole
  // Who is asked about one paper says all there is: a notice that is gone was taken back.
  if (!ASKED_ABOUT.has(later.source))
    for (const fact of OUTCOMES) if (isMissing(later[fact])) take(whole, earlier, fact)
  for (const fact of REMARKS) if (isMissing(later[fact])) take(whole, earlier, fact)
  const sameReference =
    isMissing(later.journalReference) || later.journalReference === earlier.journalReference
  if (isMissing(later.publication) && sameReference) take(whole, earlier, 'publication')
  // It is told by the abstract and the comments: who has neither says nothing of it.
  if (isMissing(later.abstract) && isMissing(later.comments)) take(whole, earlier, 'withdrawn')
  const schemes = new Set(whole.identifiers.map(({ scheme }) => scheme))
  const others = earlier.identifiers.filter(({ scheme }) => scheme !== 'local' && !schemes.has(scheme))
  if (others.length > 0) whole.identifiers = [...whole.identifiers, ...others]
  if (isMissing(later.claims)) take(whole, earlier, 'claims')
  return whole
}

function take(to: Statement, from: Statement, fact: keyof Statement): void {
  if (!isMissing(from[fact])) Object.assign(to, { [fact]: from[fact] })
}

function isSame(a: PaperIdentifier, b: PaperIdentifier): boolean {
  return a.scheme === b.scheme && a.value === b.value
}

function isMissing(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0)
}

/** Whether a record of arXiv lacks what all of them have, and is an excerpt that someone made. */
function isExcerpt({ abstract, authors, categories }: Statement): boolean {
  return isMissing(abstract) || isMissing(authors) || isMissing(categories)
}

const CUT = /^(.+?)\s*\[?(?:…|\.\.\.)\]?$/s

/** Whether an abstract is the beginning of another: with the sign of it, or cut within a sentence. */
function isCutFrom(short: string | undefined, long: string | undefined): boolean {
  const isWhole = short === undefined || /[.!?…)\]"'”’$}]$/.test(short)
  return (
    isBeginning(short, long) || (!isWhole && long !== undefined && long !== short && long.startsWith(short))
  )
}

function isBeginning(short: string | undefined, long: string | undefined): boolean {
  const beginning = short === undefined ? undefined : CUT.exec(short)?.[1]
  return (
    beginning !== undefined &&
    long !== undefined &&
    long.length > beginning.length &&
    long.startsWith(beginning)
  )
}

/** Whether a list that leaves authors out names fewer than the one before, or no longer says how many it leaves out. */
function isCutShort(later: Statement, earlier: Statement): boolean {
  if (later.authorsTruncated !== true || isMissing(earlier.authors)) return false
  if (earlier.authorsTruncated !== true) return true
  const [now, before] = [later.authors?.length ?? 0, earlier.authors?.length ?? 0]
  return now < before || (now === before && later.authorsMissing === undefined)
}

/** Authors with the parts of their names, where only the statement before divided the same names. */
function withKnownParts(authors: Author[], earlier: Author[]): Author[] {
  const known = new Map(earlier.filter(isDivided).map((author) => [author.name, author]))
  if (known.size === 0) return authors
  return authors.map((author) => {
    const same = isDivided(author) || author.kind || author.literal ? undefined : known.get(author.name)
    if (same === undefined) return author
    const { affiliation: _, orcid: __, ...name } = same
    return { ...author, ...name }
  })
}

function isDivided({ family, given }: Author): boolean {
  return family !== undefined && given !== undefined
}

/** Whether a publication says only some of what the other says. */
function isPartOf(part: Publication | undefined, whole: Publication | undefined): boolean {
  if (part === undefined || whole === undefined) return false
  const facts = Object.entries(part)
  return (
    facts.length < Object.keys(whole).length &&
    facts.every(([name, value]) => whole[name as keyof Publication] === value)
  )
}

function isLessExact(later: PublishedDate | undefined, earlier: PublishedDate | undefined): boolean {
  if (later === undefined || earlier === undefined) return later === undefined
  return earlier.value.length > later.value.length && earlier.value.startsWith(later.value)
}
