import {
  COUNTED,
  type Count,
  type HarvestedPaper,
  type Listing,
  type PaperVersion,
  type Source,
} from '../../papers/harvested-paper.ts'
import { doisIn, localIdentifier, parseIdentifier, type PaperIdentifier } from '../../papers/identifiers.ts'
import { LINK_KINDS, classifyLink, normaliseUrl, type LinkKind, type PaperLink } from '../../papers/links.ts'
import type { Notice, PublishedAs } from '../../papers/notices.ts'
import type { Others } from '../../papers/others.ts'
import { cleanLine, cleanParagraphs } from './clean-text.ts'
import { parseInstant, parsePublished } from './dates.ts'
import type { Publication, WorkType } from '../../papers/publication.ts'
import { texOfMarkup } from './registry-markup.ts'
import { unreadableByte } from './text-encoding.ts'
import { validAuthors, type AuthorDraft } from './valid-authors.ts'

const MAX_TITLE = 2_000
const MAX_ABSTRACT = 60_000
const MAX_REMARK = 10_000
const MAX_CATEGORY = 100

type Text = string | null | undefined

/** A paper as a record of some format gives it: its texts unchanged, nothing checked yet. */
export type PaperDraft = {
  source: Source
  /** Identifiers as written; every one must be readable. */
  identifiers: readonly Text[]
  /**
   * What stands where a DOI ought to: authors write it, so that a paper is never refused because of it. Where there is no
   * other identifier and it cannot be used, one is made from title, first author and year.
   */
  dois?: readonly Text[]
  /** An identifier already parsed, or made for a paper that has none. */
  identifier?: PaperIdentifier | undefined
  asOf?: Text
  title: Text
  abstract?: Text
  synopsis?: Text
  /** Whether a line of the abstract that begins with white space starts a paragraph, as in arXiv's texts. */
  indentedParagraphs?: boolean
  authors?: readonly AuthorDraft[] | undefined
  /** Authors whom the record says it leaves out, beside those that its list of names tells of. */
  others?: Others | undefined
  published?: Text
  versions?: readonly { number: number; date: Text }[] | undefined
  primaryCategory?: Text
  categories?: readonly Text[] | undefined
  comments?: Text
  journalReference?: Text
  publication?:
    | ({ type: WorkType } & { [part in Exclude<keyof Publication, 'type'>]?: Text })
    | null
    | undefined
  license?: Text
  withdrawn?: boolean
  notices?: readonly Notice[] | undefined
  publishedAs?: PublishedAs | null | undefined
  links?: readonly { kind?: Text; url: Text }[] | undefined
  listing?: Listing | undefined
  upvotes?: Count | undefined
  commentCount?: Count | undefined
  stars?: Count | undefined
  citations?: Count | undefined
}

export type ValidatedPaper = { ok: true; paper: HarvestedPaper } | { ok: false; reason: string }

/**
 * The draft as a `HarvestedPaper`, cleaned and checked, or why it is refused. What is merely useful (an affiliation, a
 * link, a licence, a date) is left out where it makes no sense; what identifies a paper (identifiers, title) is a reason to
 * refuse it.
 */
export function validatePaper(draft: PaperDraft): ValidatedPaper {
  const unreadable = unreadableIn(draft)
  if (unreadable !== null) return refuse(unreadable)
  const title = cleanLine(texOfMarkup(draft.title ?? ''))
  if (title === '') return refuse('It has no title.')
  if (title.length > MAX_TITLE) return refuse(`Its title is longer than ${thousands(MAX_TITLE)} characters.`)

  const identifiers = validIdentifiers(draft)
  if (!Array.isArray(identifiers)) return identifiers

  const abstract = cleanParagraphs(texOfMarkup(draft.abstract ?? ''), {
    indented: draft.indentedParagraphs ?? false,
  })
  if (abstract.length > MAX_ABSTRACT) {
    return refuse(`Its abstract is longer than ${thousands(MAX_ABSTRACT)} characters.`)
  }

  const paper: HarvestedPaper = { source: draft.source, identifiers, title }
  if (abstract !== '') paper.abstract = abstract
  const synopsis = remark(draft.synopsis)
  if (synopsis !== '') paper.synopsis = synopsis

  const published = parsePublished(cleanLine(draft.published ?? ''))
  if (published !== null) paper.published = published
  const asOf = parseInstant(cleanLine(draft.asOf ?? ''))
  if (asOf !== null) paper.asOf = asOf

  const { authors, others } = validAuthors(draft.authors ?? [])
  if (authors.length > 0) paper.authors = authors
  const left = others ?? draft.others
  if (left) paper.authorsTruncated = true
  const missing = left?.missing ?? draft.others?.missing
  if (missing !== undefined) paper.authorsMissing = missing
  const versions = validVersions(draft.versions ?? [])
  if (versions.length > 0) paper.versions = versions
  const categories = distinct((draft.categories ?? []).map(category))
  if (categories.length > 0) paper.categories = categories
  const primaryCategory = category(draft.primaryCategory)
  if (primaryCategory !== '') paper.primaryCategory = primaryCategory
  const comments = remark(draft.comments)
  if (comments !== '') paper.comments = comments
  const journalReference = remark(draft.journalReference)
  if (journalReference !== '') paper.journalReference = journalReference
  const publication = validPublication(draft.publication)
  if (publication !== null) paper.publication = publication
  const licenseUrl = normaliseUrl(cleanLine(draft.license ?? ''))
  if (licenseUrl !== null) paper.licenseUrl = licenseUrl
  if (draft.withdrawn === true) paper.withdrawn = true
  if (draft.notices && draft.notices.length > 0) paper.notices = [...draft.notices]
  if (draft.publishedAs) paper.publishedAs = draft.publishedAs
  const links = validLinks(draft.links ?? [])
  if (links.length > 0) paper.links = links
  if (draft.listing) paper.listing = draft.listing
  for (const counted of COUNTED) if (draft[counted]) paper[counted] = draft[counted]
  return { ok: true, paper }
}

/** Text as a refusal quotes it: on one line, and not longer than a line. */
export function quote(text: string): string {
  const line = cleanLine(text)
  const characters = Array.from(line.slice(0, 240))
  return `“${characters.length > 100 ? `${characters.slice(0, 100).join('')}…` : line}”`
}

/** Why a draft cannot be read, where one of its texts has bytes that its file's encoding does not have. */
function unreadableIn(draft: PaperDraft): string | null {
  const { title, abstract, synopsis, comments, journalReference, identifiers } = draft
  const { authors = [], links = [], dois = [], categories = [], primaryCategory, license } = draft
  const publication = Object.values(draft.publication ?? {})
  // Nearly every draft is whole, and there may be many in a second.
  const isWhole =
    [title, abstract, synopsis, comments, journalReference, license, ...identifiers, ...dois].every(
      isReadable,
    ) &&
    [primaryCategory, ...categories, ...publication].every(isReadable) &&
    authors.every((author) => Object.values(author).every(isReadable)) &&
    links.every(({ url }) => isReadable(url))
  if (isWhole) return null
  const texts: [string, Text][] = [
    ['title', title],
    ['abstract', abstract],
    ['synopsis', synopsis],
    ...authors.flatMap((author) =>
      Object.values(author).map((value): [string, Text] => [
        'author',
        typeof value === 'string' ? value : '',
      ]),
    ),
    ['comment', comments],
    ['journal reference', journalReference],
    ...publication.map((text): [string, Text] => ['journal reference', text]),
    ...[primaryCategory, ...categories].map((text): [string, Text] => ['category', text]),
    ['licence', license],
    ...[...identifiers, ...dois].map((identifier): [string, Text] => ['identifier', identifier]),
    ...links.map(({ url }): [string, Text] => ['link', url]),
  ]
  for (const [what, text] of texts) {
    const found = unreadableByte(text ?? '')
    if (found === null) continue
    const place = found.before === '' ? 'at its beginning' : `after ${quote(found.before.slice(-30))}`
    const byte = found.byte.toString(16).toUpperCase()
    return `Its ${what} has a byte that is not in the encoding of the file (0x${byte} ${place}).`
  }
  return null
}

function isReadable(text: unknown): boolean {
  return typeof text !== 'string' || text.isWellFormed()
}

function validIdentifiers(draft: PaperDraft): HarvestedPaper['identifiers'] | { ok: false; reason: string } {
  const found = draft.identifier ? [draft.identifier] : []
  for (const written of draft.identifiers) {
    const text = cleanLine(written ?? '')
    if (text === '') continue
    const parsed = parseIdentifier(text)
    if (parsed === null) return refuse(`Its identifier ${quote(text)} is neither an arXiv id nor a DOI.`)
    const { scheme, value } = parsed.identifier
    if (!found.some((other) => other.scheme === scheme && other.value === value))
      found.push(parsed.identifier)
  }
  for (const identifier of (draft.dois ?? []).flatMap((written) => doisIn(cleanLine(written ?? '')))) {
    const { scheme, value } = identifier
    const isAnotherPaper = scheme === 'arxiv' && found.some((other) => other.scheme === 'arxiv')
    if (!isAnotherPaper && !found.some((other) => other.scheme === scheme && other.value === value))
      found.push(identifier)
  }
  if (found.length === 0 && draft.dois?.some((written) => written?.trim())) found.push(madeIdentifier(draft))
  const [first, ...others] = found
  if (!first) return refuse('It has no identifier (an arXiv id or a DOI).')
  const arxivIds = found.filter(({ scheme }) => scheme === 'arxiv').map(({ value }) => value)
  if (arxivIds.length > 1) return refuse(`It names two arXiv papers, ${arxivIds[0]} and ${arxivIds[1]}.`)
  return [first, ...others]
}

function madeIdentifier({ title, authors, published }: PaperDraft): PaperIdentifier {
  const [author] = validAuthors(authors ?? []).authors
  const year = parsePublished(cleanLine(published ?? ''))?.value.slice(0, 4)
  return localIdentifier({
    title: cleanLine(title ?? ''),
    ...(author ? { firstAuthor: author.name } : {}),
    ...(year === undefined ? {} : { year: Number(year) }),
  })
}

function validPublication(draft: PaperDraft['publication']): Publication | null {
  if (!draft) return null
  const publication: Publication = { type: draft.type }
  for (const part of ['container', 'volume', 'issue', 'pages', 'publisher'] as const) {
    const line = remark(draft[part])
    if (line !== '') publication[part] = line
  }
  return publication
}

function validVersions(versions: NonNullable<PaperDraft['versions']>): PaperVersion[] {
  const valid = new Map<number, PaperVersion>()
  for (const { number, date } of versions) {
    const submittedAt = parseInstant(cleanLine(date ?? ''))
    if (submittedAt !== null && Number.isInteger(number) && number >= 1)
      valid.set(number, { number, submittedAt })
  }
  return [...valid.values()].toSorted((a, b) => a.number - b.number)
}

function validLinks(links: NonNullable<PaperDraft['links']>): PaperLink[] {
  const valid = new Map<string, PaperLink>()
  for (const { kind, url: written } of links) {
    const url = normaliseUrl(cleanLine(written ?? ''))
    if (url !== null && !valid.has(url))
      valid.set(url, { kind: isLinkKind(kind) ? kind : classifyLink(url), url })
  }
  return [...valid.values()]
}

function isLinkKind(kind: Text): kind is LinkKind {
  return LINK_KINDS.some((known) => known === kind)
}

function category(text: Text): string {
  const line = cleanLine(text ?? '')
  return line.length > MAX_CATEGORY ? '' : line
}

function remark(text: Text): string {
  const line = cleanLine(texOfMarkup(text ?? ''))
  return line.length > MAX_REMARK ? '' : line
}

function distinct(texts: string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== '')
}

function thousands(count: number): string {
  return count.toLocaleString('en-GB')
}

function refuse(reason: string): { ok: false; reason: string } {
  return { ok: false, reason }
}
