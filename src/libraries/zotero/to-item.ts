import { dateParts } from '../../papers/export/dates.ts'
import { toCsl } from '../../papers/export/csl.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { dividedName, wholeFamily } from '../../papers/names.ts'
import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/plain-text.ts'

/** What a type of item at Zotero is called, and its fields for what CSL calls otherwise. */
type ItemType = {
  itemType: string
  container?: string
  publisher?: string
  /** What its first creators are called; default: `author`. */
  creator?: string
  /** Fields beyond title, date, address and abstract that it has. */
  has: readonly ('volume' | 'issue' | 'pages' | 'DOI' | 'libraryCatalog')[]
}

/** By CSL's types (https://www.zotero.org/support/dev/web_api/v3/types_and_fields). */
const TYPES: Readonly<Record<string, ItemType>> = {
  article: { itemType: 'preprint', publisher: 'repository', has: ['DOI', 'libraryCatalog'] },
  'article-journal': {
    itemType: 'journalArticle',
    container: 'publicationTitle',
    has: ['volume', 'issue', 'pages', 'DOI', 'libraryCatalog'],
  },
  'paper-conference': {
    itemType: 'conferencePaper',
    container: 'proceedingsTitle',
    publisher: 'publisher',
    has: ['volume', 'pages', 'DOI', 'libraryCatalog'],
  },
  chapter: {
    itemType: 'bookSection',
    container: 'bookTitle',
    publisher: 'publisher',
    has: ['volume', 'pages', 'libraryCatalog'],
  },
  book: { itemType: 'book', publisher: 'publisher', has: ['volume', 'libraryCatalog'] },
  thesis: { itemType: 'thesis', publisher: 'university', has: ['libraryCatalog'] },
  report: { itemType: 'report', publisher: 'institution', has: ['pages', 'libraryCatalog'] },
  dataset: { itemType: 'dataset', publisher: 'repository', has: ['DOI', 'libraryCatalog'] },
  software: {
    itemType: 'computerProgram',
    publisher: 'company',
    creator: 'programmer',
    has: ['libraryCatalog'],
  },
  patent: { itemType: 'patent', creator: 'inventor', has: ['pages'] },
  webpage: { itemType: 'webpage', container: 'websiteTitle', has: [] },
}
const DOCUMENT: ItemType = { itemType: 'document', publisher: 'publisher', has: ['libraryCatalog'] }
/** Collaborations of thousands make items that no form of Zotero's shows well. */
const MOST_CREATORS = 200
const LONGEST_ABSTRACT = 10_000

/** A paper as an item of a library at Zotero, made of the same facts as CSL-JSON. `key` is its own there. */
export function toZoteroItem(
  paper: Paper,
  { key, origin, siteName }: { key: string; origin: string; siteName: string },
): Record<string, unknown> {
  const url = origin + addressPath(paper.address)
  const csl = toCsl(paper, { url, siteName })
  const type = TYPES[csl.type] ?? DOCUMENT
  const given = {
    volume: csl.volume,
    issue: csl.issue,
    pages: csl.page,
    DOI: csl.DOI,
    libraryCatalog: siteName,
  }
  const { year, month, day } = dateParts(paper.published)
  const isPreprint = type.itemType === 'preprint'
  const fields = {
    title: csl.title,
    abstractNote: csl.abstract?.slice(0, LONGEST_ABSTRACT).toWellFormed(),
    date: [year, month, day].filter((part) => part !== undefined).join('-'),
    url: paper.arxivId !== null ? `https://arxiv.org/abs/${paper.arxivId}` : url,
    ...(type.container && { [type.container]: csl['container-title'] }),
    ...(type.publisher && { [type.publisher]: csl.publisher }),
    ...(isPreprint && { archiveID: csl.number }),
    ...Object.fromEntries(type.has.map((name) => [name, given[name]])),
    ...(type.itemType === 'thesis' && { thesisType: csl.genre }),
    extra: extraOf(paper, { csl, type }),
  }
  return {
    // Version 0 says that it is to be new: sent twice, it is one item.
    key,
    version: 0,
    itemType: type.itemType,
    creators: paper.authors.slice(0, MOST_CREATORS).map((author) => creatorOf(author, type)),
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')),
    tags: paper.categories.map((tag) => ({ tag, type: 1 })),
    collections: [],
    relations: {},
  }
}

/** What its type has no field for, as Zotero and the programs beside it read it: one on each line. */
function extraOf(
  { arxivId, primaryCategory, doi }: Paper,
  { csl, type }: { csl: ReturnType<typeof toCsl>; type: ItemType },
): string {
  return [
    ...(arxivId === null
      ? []
      : [`arXiv:${arxivId}${primaryCategory === null ? '' : ` [${primaryCategory}]`}`]),
    ...(doi !== null && !type.has.includes('DOI') ? [`DOI: ${doi}`] : []),
    ...(csl.note ? [csl.note] : []),
  ].join('\n')
}

function creatorOf(
  author: Paper['authors'][number],
  { creator: creatorType = 'author' }: ItemType,
): Record<string, string> {
  const name = dividedName(author)
  if (name === null) return { creatorType, name: plainText(author.name) }
  return {
    creatorType,
    firstName: [name.given ?? '', name.suffix ?? ''].filter((part) => part !== '').join(', '),
    lastName: wholeFamily(name),
  }
}
