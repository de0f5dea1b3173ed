import type { Author, PaperVersion, PublishedDate, Source } from './harvested-paper.ts'
import type { PaperLink } from './links.ts'
import type { Notice, PublishedAs } from './notices.ts'
import type { Publication } from './publication.ts'

/** A fact about a paper that a source states, by the name of its property. */
export type Fact =
  | 'title'
  | 'abstract'
  | 'synopsis'
  | 'authors'
  | 'published'
  | 'versions'
  | 'categories'
  | 'comments'
  | 'journalReference'
  | 'licenseUrl'
  | 'withdrawn'
  | 'links'
  | 'edition'

/** A link with the sources that give it; `abstract` when it was found in the text of the abstract. */
export type SourcedLink = PaperLink & { sources: (Source | 'abstract')[] }

/** A paper as its page shows it: the best of what all its sources say. */
export type Paper = {
  id: number
  /** Its identifier in feeds, which stays when the address changes. */
  uuid: string
  /** The part of its URL after `/papers/`: `2412.19723`, `hep-th/9901001`, `doi/10.1000/182`, `local/…`. */
  address: string
  /** Without version; arXiv's spelling (`math/0309136`). */
  arxivId: string | null
  /** In lower case; never arXiv's own DataCite DOI. */
  doi: string | null
  title: string
  abstract: string | null
  synopsis: string | null
  authors: Author[]
  /** Whether there are more authors than these. */
  authorsTruncated: boolean
  /** How many more, where it is known. */
  authorsMissing: number | null
  published: PublishedDate | null
  versions: PaperVersion[]
  primaryCategory: string | null
  categories: string[]
  comments: string | null
  journalReference: string | null
  /** Where it came out, in fields of their own, where a source gives it so. */
  publication: Publication | null
  licenseUrl: string | null
  withdrawn: boolean
  /** The gravest first. */
  notices: Notice[]
  /** Where it came out, of a preprint. */
  publishedAs: PublishedAs | null
  links: SourcedLink[]
  /** Which source each fact was taken from. */
  provenance: Partial<Record<Fact, Source>>
  /**
   * The edition (calendar day, `YYYY-MM-DD`) it is in; null where nothing tells when it came out, or where its date is
   * far in the future.
   */
  edition: string | null
  /** What gave it that day: a page that listed it, or its publication. */
  editionFrom: 'announcement' | 'listing' | 'publication' | null
  votes: number
  commentCount: number
  /** How many curators picked it. */
  pickCount: number
  /** Taken off all lists by a curator. */
  hidden: boolean
  commentsLocked: boolean
  /** log2 of its decayed attention; null when nothing has drawn attention to it yet. */
  heat: number | null
  recordedAt: Date
  changedAt: Date
  /** Changes whenever its facts change. */
  revision: number
}
