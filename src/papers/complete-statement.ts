import type { Statement } from './derive-paper.ts'
import type { HarvestedPaper, PublishedDate, Source } from './harvested-paper.ts'
import type { PaperIdentifier } from './identifiers.ts'

/**
 * Sources whose records are whole: a remark that one of them lacks was removed. All others may come in formats and files that
 * have no place for a fact, so that what they lack they say nothing of.
 */
const WHOLE: ReadonlySet<Source> = new Set(['arxiv-oai', 'arxiv-raw', 'arxiv-atom'])

/** What every paper has: no source ever means by its absence that it is gone. */
const LASTING = ['abstract', 'primaryCategory', 'categories'] as const satisfies (keyof HarvestedPaper)[]
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
  if (isBeginning(later.abstract, earlier.abstract)) take(whole, earlier, 'abstract')
  if (isMissing(later.authors) || isCutShort(later, earlier)) {
    for (const fact of ['authors', 'authorsTruncated', 'authorsMissing'] as const) {
      delete whole[fact]
      take(whole, earlier, fact)
    }
  }
  if (isLessExact(later.published, earlier.published)) take(whole, earlier, 'published')
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
  for (const fact of REMARKS) if (isMissing(later[fact])) take(whole, earlier, fact)
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

function isBeginning(short: string | undefined, long: string | undefined): boolean {
  const beginning = short === undefined ? undefined : /^(.+?)\s*(?:…|\.\.\.)$/s.exec(short)?.[1]
  return (
    beginning !== undefined &&
    long !== undefined &&
    long.length > beginning.length &&
    long.startsWith(beginning)
  )
}

function isCutShort(later: Statement, earlier: Statement): boolean {
  return later.authorsTruncated === true && !isMissing(earlier.authors) && earlier.authorsTruncated !== true
}

function isLessExact(later: PublishedDate | undefined, earlier: PublishedDate | undefined): boolean {
  if (later === undefined || earlier === undefined) return later === undefined
  return earlier.value.length > later.value.length && earlier.value.startsWith(later.value)
}
