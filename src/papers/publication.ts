import type { Notice, PublishedAs } from './notices.ts'

/** What kind of work something is, by the names of BibTeX's entries, and those of biblatex where BibTeX has none. */
export const WORK_TYPES = [
  'article',
  'inproceedings',
  'incollection',
  'inbook',
  'book',
  'proceedings',
  'phdthesis',
  'mastersthesis',
  'techreport',
  'manual',
  'booklet',
  'dataset',
  'software',
  'patent',
  'online',
  'unpublished',
  'misc',
] as const
export type WorkType = (typeof WORK_TYPES)[number]

/** Where and as what a work came out, as far as its source says so in fields of their own. TeX is kept as written. */
export type Publication = {
  type: WorkType
  /** The journal, the proceedings or the book that it is in. */
  container?: string
  volume?: string
  issue?: string
  pages?: string
  /** Who brought it out: a publisher, the school of a thesis, the institution of a report. */
  publisher?: string
}

/** What a source says of where a work came out, or null where it only says that it is at arXiv, or nothing. */
export function placeOf(publication: Publication | null): Publication | null {
  if (publication === null) return null
  const { type, container, volume, issue, pages, publisher = '' } = publication
  if (type === 'article') return namesPreprint(container ?? '') ? null : publication
  const isElsewhere = container ?? volume ?? issue ?? pages
  const isPreprint = type === 'misc' && isElsewhere === undefined && /^(?:arxiv(?:\.org)?)?$/i.test(publisher)
  return isPreprint ? null : publication
}

/** Whether what ought to be a journal is where preprints are: `arXiv preprint arXiv:2001.01234`, `CoRR abs/2001.01234`. */
function namesPreprint(container: string): boolean {
  return /^(?:corr|arxiv)\b/i.test(container)
}

/**
 * `Journal of Lakes 12(3), 1–20 (2020)`; empty for what is in no journal or book. `year` is left out where the reference
 * has it.
 */
export function referenceText(publication: Omit<Publication, 'type'>, year: string | undefined): string {
  const { container, volume = '', issue, pages } = publication
  if (!container || namesPreprint(container)) return ''
  const place = [[container, volume + (issue ? `(${issue})` : '')].filter(Boolean).join(' '), pages]
    .filter(Boolean)
    .join(', ')
  return !year || new RegExp(`(?<!\\d)${year}(?!\\d)`).test(place) ? place : `${place} (${year})`
}

/** Facts that the database keeps with the provenance of a paper, and that provenance by itself. */
export type StoredProvenance<P> = P & Partial<Kept>

type Kept = { publication: Publication; notices: Notice[]; publishedAs: PublishedAs }

export function storedProvenance<P extends object>(
  provenance: P,
  {
    publication,
    notices,
    publishedAs,
  }: { publication: Publication | null; notices: Notice[]; publishedAs: PublishedAs | null },
): StoredProvenance<P> {
  return {
    ...provenance,
    ...(publication && { publication }),
    ...(notices.length > 0 && { notices }),
    ...(publishedAs && { publishedAs }),
  }
}

/** What `storedProvenance` made of them, taken apart again. */
export function readProvenance<P extends object>(
  stored: StoredProvenance<P>,
): {
  provenance: P
  publication: Publication | null
  notices: Notice[]
  publishedAs: PublishedAs | null
} {
  const { publication = null, notices = [], publishedAs = null, ...provenance } = stored
  return { provenance: provenance as unknown as P, publication, notices, publishedAs }
}
