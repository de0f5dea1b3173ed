import { readNotes } from '../../papers/export/reference.ts'
import type { Source } from '../../papers/harvested-paper.ts'
import {
  doisIn,
  localIdentifier,
  parseAddress,
  parseIdentifier,
  type PaperIdentifier,
} from '../../papers/identifiers.ts'
import { categoryName } from '../../papers/categories.ts'
import { placeOf, referenceText, type Publication, type WorkType } from '../../papers/publication.ts'
import { texOfText } from '../../papers/tex/escape.ts'
import { cleanLine } from './clean-text.ts'
import { texOfMarkup } from './registry-markup.ts'
import type { AuthorDraft } from './valid-authors.ts'
import type { PaperDraft } from './validate-paper.ts'

/** What a record of a reference manager says, each text as it stands there. */
export type BibliographyRecord = {
  source: Source
  /** Null for a preprint. */
  type: WorkType | null
  dois: string[]
  /** Where it names an arXiv identifier. */
  arxiv: string | undefined
  urls: string[]
  /** Its key, which in our own exports is the paper's address. */
  address: string
  title: string
  abstract: string
  authors: AuthorDraft[]
  published: string
  keywords: string[]
  note: string
  container: string
  volume: string
  issue: string
  pages: string
  publisher: string
  /** The journal reference itself, where its other fields do not say the same. */
  journalReference: string | undefined
}

/** The paper of a record in plain text. */
export function bibliographyDraft(record: BibliographyRecord): PaperDraft {
  const { source, published, authors } = record
  const title = text(record.title)
  const { withdrawn, comments } = readNotes(text(record.note))
  const publication = publicationOf(record)
  return {
    source,
    ...identifiersOf(record, { title: cleanLine(record.title) }),
    title,
    abstract: record.abstract
      .split(/\n\s*\n/)
      .map(text)
      .join('\n\n'),
    authors,
    published,
    categories: categoriesIn(record.keywords, record),
    comments,
    ...(withdrawn ? { withdrawn } : {}),
    journalReference: record.journalReference
      ? text(record.journalReference)
      : publication
        ? referenceText(publication, published.slice(0, 4) || undefined)
        : '',
    publication,
    links: record.urls.filter((url) => parseIdentifier(url) === null).map((url) => ({ url })),
  }
}

function text(written: string): string {
  return texOfText(texOfMarkup(written))
}

/**
 * The keywords that name categories: all of one of our own exports; of others those that arXiv has, for a site would have a
 * topic for every other paper.
 */
export function categoriesIn(keywords: string[], { urls }: { urls: string[] }): string[] {
  const isOwn = urls.some((url) => ownAddress(url) !== null)
  return keywords.map(tidy).filter((keyword) => isOwn || categoryName(keyword) !== keyword)
}

/** A text on one line; bytes in it that could not be read stay, for its record is refused because of them. */
function tidy(written: string): string {
  return written.isWellFormed() ? cleanLine(written) : written
}

/** The identifier in the address of a paper's page on a site like this, whose exports have it. */
export function ownAddress(url: string): PaperIdentifier | null {
  const [, path] = /^https?:\/\/(?!huggingface\.co\/)[^/\s]+\/papers\/([^?#\s]+)$/.exec(url.trim()) ?? []
  if (path === undefined) return null
  try {
    return parseAddress(decodeURIComponent(path))?.identifier ?? null
  } catch {
    return null
  }
}

/** A publication with its fields that say something, or none for a preprint that is in nothing. */
export function publicationOf(
  fields: { [part in Exclude<keyof Publication, 'type'>]: string } & { type: WorkType | null },
  as: (written: string) => string = text,
): Publication | undefined {
  const { type } = fields
  if (type === null) return undefined
  const publication: Publication = { type }
  for (const part of ['container', 'volume', 'issue', 'pages', 'publisher'] as const) {
    const value = tidy(as(fields[part]))
    if (value !== '') publication[part] = value
  }
  return placeOf(publication) ?? undefined
}

/** Its DOI and arXiv identifier, else what its address or its key names, else one made for it. */
function identifiersOf(
  { dois, arxiv, urls, address, authors, published }: BibliographyRecord,
  { title }: { title: string },
): Pick<PaperDraft, 'identifiers' | 'identifier'> {
  const stated = dois.flatMap((doi) => doisIn(doi))
  const own =
    arxiv === undefined || stated.some(({ scheme }) => scheme === 'arxiv') ? null : parseIdentifier(arxiv)
  if (own !== null) stated.push(own.identifier)
  const named: PaperIdentifier | undefined =
    stated.length > 0 ? undefined : (localAddress(address) ?? identifierIn(urls) ?? undefined)
  const made =
    stated.length > 0 || named !== undefined || title === ''
      ? undefined
      : localIdentifier({
          title,
          firstAuthor: firstAuthor(authors),
          ...(published === '' ? {} : { year: Number(published.slice(0, 4)) }),
        })
  return { identifiers: stated.map(({ value }) => value), identifier: named ?? made }
}

/** `local/…`, as our own exports have it. */
function localAddress(address: string): PaperIdentifier | null {
  const identifier = parseAddress(address.trim())?.identifier
  return identifier?.scheme === 'local' ? identifier : null
}

function identifierIn(urls: string[]): PaperIdentifier | null {
  return (
    urls
      .map((url) => parseIdentifier(url)?.identifier)
      .find((found) => found !== undefined && found.scheme !== 'local') ?? null
  )
}

function firstAuthor(authors: AuthorDraft[]): string | undefined {
  return authors
    .map(({ name, given, nonDroppingParticle, family }) =>
      cleanLine([name, given, nonDroppingParticle, family].filter(Boolean).join(' ')),
    )
    .find((name) => name !== '')
}
