import type { Author } from '../harvested-paper.ts'
import { dividedName } from '../names.ts'
import { othersText } from '../others.ts'
import type { Paper } from '../paper.ts'
import type { WorkType } from '../publication.ts'
import { paragraphsOf } from '../tex/clean.ts'
import { dateParts } from './dates.ts'
import { plainLine } from './plain-line.ts'
import { notesOf, referenceOf } from './reference.ts'

/** CSL's types, and the genre where several kinds of work have one type. */
const TYPES: Readonly<Record<WorkType, [type: string, genre?: string]>> = {
  article: ['article-journal'],
  inproceedings: ['paper-conference'],
  incollection: ['chapter'],
  inbook: ['chapter', 'Part of a book'],
  book: ['book'],
  proceedings: ['book', 'Proceedings'],
  phdthesis: ['thesis', 'PhD thesis'],
  mastersthesis: ['thesis', 'Master’s thesis'],
  techreport: ['report'],
  manual: ['report', 'Manual'],
  booklet: ['pamphlet'],
  dataset: ['dataset'],
  software: ['software'],
  patent: ['patent'],
  online: ['webpage'],
  unpublished: ['manuscript'],
  misc: ['document'],
}

type CslName = {
  [part in 'family' | 'given' | 'dropping-particle' | 'non-dropping-particle' | 'suffix' | 'literal']?:
    | string
    | undefined
}

/**
 * The paper as an item of CSL-JSON in plain text; a preprint is CSL's `article`. `custom.journalReference` is the
 * reference as its source writes it, where the item's own fields do not say the same.
 */
export function toCsl(paper: Paper, options: { url: string; siteName: string }) {
  const { year, month, day } = dateParts(paper.published)
  const reference = referenceOf(paper)
  const [type, genre] = reference.type === null ? ['article'] : TYPES[reference.type]
  const given = (text: string | null | undefined) => (text ? plainLine(text) || undefined : undefined)
  const date = [year, month, day].filter((part) => part !== undefined).map(Number)
  const authors = paper.authors.map(cslName).filter((name) => Object.values(name).some((part) => part !== ''))
  if (paper.authorsTruncated) authors.push({ literal: othersText(paper.authorsMissing) })
  return withoutEmpty({
    id: paper.address,
    type,
    genre,
    title: plainLine(paper.title),
    author: authors,
    issued: date.length === 0 ? undefined : { 'date-parts': [date] },
    abstract: paragraphsOf(paper.abstract ?? '')
      .map(plainLine)
      .filter((paragraph) => paragraph !== '')
      .join('\n\n'),
    'container-title': given(reference.container),
    volume: given(reference.volume),
    issue: given(reference.issue),
    page: given(reference.pages),
    publisher: given(reference.publisher) ?? (reference.type === null && paper.arxivId ? 'arXiv' : undefined),
    number: paper.arxivId === null ? undefined : `arXiv:${paper.arxivId}`,
    DOI: paper.doi ?? undefined,
    URL: options.url,
    keyword: paper.categories.join(', '),
    note: plainLine(notesOf(paper)),
    source: options.siteName,
    custom: reference.verbatim === null ? undefined : { journalReference: plainLine(reference.verbatim) },
  })
}

function cslName(author: Author): CslName {
  const name = dividedName(author)
  if (name === null) return { literal: plainLine(author.name) }
  const { family, given, droppingParticle, nonDroppingParticle, suffix } = name
  return withoutEmpty({
    family,
    given,
    'dropping-particle': droppingParticle,
    'non-dropping-particle': nonDroppingParticle,
    suffix,
  })
}

function withoutEmpty<T extends object>(facts: T): T {
  return Object.fromEntries(
    Object.entries(facts).filter(
      ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  ) as T
}
