import type { PaperIdentifier } from './identifiers.ts'
import type { PaperLink } from './links.ts'
import type { Notice, PublishedAs } from './notices.ts'
import type { Publication } from './publication.ts'

/**
 * A source that states facts about papers. One paper keeps at most one statement from each source; `derive-paper.ts` says whose
 * word counts for which fact.
 */
export const SOURCES = [
  'arxiv-oai',
  'arxiv-raw',
  'arxiv-atom',
  'arxiv-daily',
  'biorxiv',
  'europe-pmc',
  'crossref',
  'openalex',
  'semantic-scholar',
  'github',
  'feed',
  'doi',
  'huggingface',
  'jsonl',
  'bibliography',
  'bibtex',
  'ris',
  'csl',
  'page',
  'sample',
  'submission',
  'curator',
] as const
export type Source = (typeof SOURCES)[number]

/**
 * The parts of a personal name, divided as CSL divides them: what is left out with the given name (`von` in Humboldt) drops,
 * what stays with the family name (`van` in van Gogh) does not. A particle may also be the beginning of `family`, where the
 * source does not tell them apart.
 */
export type NameParts = {
  family?: string
  given?: string
  droppingParticle?: string
  nonDroppingParticle?: string
  /** `Jr.`, `III` and the like. */
  suffix?: string
}

/**
 * An author as one source names them. The same name is not the same person; an ORCID is. The parts of the name are there
 * only where the source gives them: `name` is never taken apart to fill them.
 */
export type Author = NameParts & {
  /** The whole name as it is printed: `Ann García López`, `王小明`. */
  name: string
  /** A collaboration or another body: its name is in one piece. */
  kind?: 'collaboration'
  /** The source keeps the name in one piece where it could have divided it, so nobody else divides it either. */
  literal?: true
  affiliation?: string
  orcid?: string
}

/** A date as exactly as it is known: `2014`, `2014-02`, `2014-02-11`, or an instant in UTC with milliseconds. */
export type PublishedDate =
  | { precision: 'year' | 'month' | 'day'; value: string }
  | { precision: 'time'; value: string }

/** One version of a preprint; `submittedAt` is an instant in UTC (ISO 8601 with milliseconds). */
export type PaperVersion = { number: number; submittedAt: string }

/** A page outside that listed this paper on a day (its edition there), with its place among `of` papers. */
export type Listing = { date: string; rank?: number; of?: number }

/** Something counted elsewhere: the total so far, when it was seen, and since when it was counted (instants in UTC). */
export type Count = { total: number; observedAt: string; since: string }

/** What is counted elsewhere and draws attention to a paper, by the name of its property. */
export const COUNTED = ['upvotes', 'commentCount', 'stars', 'citations'] as const

/**
 * What one source says about one paper: already validated, trimmed, Unicode NFC, dates parsed. Sources yield it and
 * `record.ts` takes it. TeX in titles and abstracts is kept as written; white space in them is single spaces, and
 * paragraphs of an abstract are separated by one blank line (`\n\n`).
 */
export type HarvestedPaper = {
  source: Source
  /** At least one; all lead to the paper, and papers are merged by them. */
  identifiers: [PaperIdentifier, ...PaperIdentifier[]]
  /** Identifiers that its source names without owning them: they lead nowhere, and curators see them. */
  claims?: PaperIdentifier[]
  /** The date of this statement at its source (instant in UTC); a later statement replaces an earlier one. */
  asOf?: string
  title: string
  abstract?: string
  /** A summary in the site's own words; shown instead of the abstract in lists. */
  synopsis?: string
  /** In the order of the paper. */
  authors?: Author[]
  /** Whether the paper has more authors than the source names ("et al."). */
  authorsTruncated?: boolean
  /** How many more, where the source says so. */
  authorsMissing?: number
  published?: PublishedDate
  versions?: PaperVersion[]
  primaryCategory?: string
  categories?: string[]
  comments?: string
  journalReference?: string
  publication?: Publication
  licenseUrl?: string
  withdrawn?: boolean
  /** Retractions, corrections and the like. */
  notices?: Notice[]
  /** Where it came out, of a preprint. */
  publishedAs?: PublishedAs
  /** Links the source gives; those written in the abstract are found when the paper is recorded. */
  links?: PaperLink[]
  /** The day on which its archive announced it, where it announces papers by the day. */
  announced?: string
  listing?: Listing
  upvotes?: Count
  /** Comments at another site; `comments` is what the authors remark. */
  commentCount?: Count
  /** Of its code repository. */
  stars?: Count
  citations?: Count
}

/** What a source yields for one record of its input: a paper, or why there is none. */
export type HarvestOutcome =
  | {
      ok: true
      position: string
      paper: HarvestedPaper
      /** A further statement from the record before: both are recorded together and count as one. */
      continues?: true
    }
  /** `record` is the record as it came, where its source keeps those. */
  | { ok: false; position: string; reason: string; record?: string }
