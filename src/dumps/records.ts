import { z } from 'zod'
import { SOURCES } from '../papers/harvested-paper.ts'
import { paperAddress, parseAddress, type PaperIdentifier } from '../papers/identifiers.ts'
import { LINK_KINDS } from '../papers/links.ts'
import { NOTICE_KINDS } from '../papers/notices.ts'
import { WORK_TYPES } from '../papers/publication.ts'
import { REACTIONS } from '../discussion/reactions.ts'

/** The greatest number of a paper or comment: the search index keeps them in 32 bits. */
const GREATEST_NUMBER = 2 ** 31 - 1

/** Text that a database takes: well-formed, without NUL. */
const text = (most: number) =>
  z
    .string()
    .max(most)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), 'has characters that no text has')
const number = z.int().min(1).max(GREATEST_NUMBER)
const instant = z.iso
  .datetime({ precision: 3 })
  .refine((value) => value >= '1900' && value < '2200', 'is not a date that can be right')
const day = z.iso
  .date()
  .refine((value) => value >= '1000' && value < '2200', 'is not a date that can be right')
const webAddress = text(4_096).refine(
  (url) => ['http:', 'https:'].includes(URL.parse(url)?.protocol ?? ''),
  'is not the address of a web page',
)
const doi = text(2_048).regex(/^10\.\d{4,9}(?:\.\d+)*\/\S+$/, 'is not a DOI')
const orcid = z.string().regex(/^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$/, 'is not an ORCID')
/** The licence of a record, as an SPDX identifier or an address; null where none is known. */
const license = text(4_096).nullable()

const identifier = z
  .object({ scheme: z.enum(['arxiv', 'doi', 'local']), value: text(2_048) })
  .refine(isCanonical, 'is not an identifier of papers')

function isCanonical(given: PaperIdentifier): boolean {
  const parsed = parseAddress(paperAddress(given))?.identifier
  return parsed?.scheme === given.scheme && parsed.value === given.value
}

const author = z.object({
  name: text(2_000).min(1),
  family: text(1_000).optional(),
  given: text(1_000).optional(),
  droppingParticle: text(200).optional(),
  nonDroppingParticle: text(200).optional(),
  suffix: text(200).optional(),
  kind: z.literal('collaboration').optional(),
  literal: z.literal(true).optional(),
  affiliation: text(20_000).optional(),
  orcid: orcid.optional(),
})
const published = z.union([
  z.object({ precision: z.literal('time'), value: instant }),
  z.object({
    precision: z.enum(['year', 'month', 'day']),
    value: z
      .string()
      .regex(/^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$/, 'is not a date')
      .refine((value) => !Number.isNaN(Date.parse(value)), 'is not a date'),
  }),
])
const version = z.object({ number: z.int().min(1).max(10_000), submittedAt: instant })
const publication = z.object({
  type: z.enum(WORK_TYPES),
  container: text(10_000).optional(),
  volume: text(1_000).optional(),
  issue: text(1_000).optional(),
  pages: text(1_000).optional(),
  publisher: text(10_000).optional(),
})
const notice = z.object({ kind: z.enum(NOTICE_KINDS), date: day.optional(), doi: doi.optional() })
const publishedAs = z.object({ doi, journal: text(10_000).optional(), date: day.optional() })
const link = z.object({ kind: z.enum(LINK_KINDS), url: webAddress })

/** What one source says of a paper. */
const facts = z.object({
  identifiers: z.array(identifier).min(1).max(100),
  claims: z.array(identifier).max(100).optional(),
  title: text(10_000),
  abstract: text(200_000).optional(),
  synopsis: text(200_000).optional(),
  authors: z.array(author).max(100_000).optional(),
  authorsTruncated: z.boolean().optional(),
  authorsMissing: z.int().min(0).max(1_000_000).optional(),
  published: published.optional(),
  versions: z.array(version).max(10_000).optional(),
  primaryCategory: text(200).optional(),
  categories: z.array(text(200)).max(1_000).optional(),
  comments: text(100_000).optional(),
  journalReference: text(100_000).optional(),
  publication: publication.optional(),
  licenseUrl: webAddress.optional(),
  withdrawn: z.boolean().optional(),
  notices: z.array(notice).max(1_000).optional(),
  publishedAs: publishedAs.optional(),
  links: z.array(link).max(10_000).optional(),
  announced: day.optional(),
  listing: z
    .object({
      date: day,
      rank: z.int().min(0).max(1_000_000).optional(),
      of: z.int().min(0).max(1_000_000).optional(),
    })
    .optional(),
})

const statement = z.object({
  source: z.enum(SOURCES).meta({ description: 'Who says it.' }),
  license: license.meta({ description: 'Of these facts, as its source gives them away.' }),
  asOf: instant.nullable().meta({ description: 'When the source last changed what it says.' }),
  recordedAt: instant.meta({ description: 'When it came in.' }),
  facts,
})

/** A paper, with all that each of its sources says of it. Numbers of papers are those of the site that the dump is of. */
const paper = z.object({
  number: number.meta({ description: 'By which the other files name it.' }),
  uuid: z.uuid().meta({ description: 'Its identifier in feeds.' }),
  address: text(2_100).meta({ description: 'What follows /papers/ in its address.' }),
  identifiers: z
    .array(identifier)
    .min(1)
    .max(100)
    .meta({ description: 'All that lead to it. No two papers have the same one.' }),
  arxivId: text(100).nullable(),
  doi: doi.nullable(),
  title: text(10_000),
  abstract: text(200_000).nullable(),
  synopsis: text(200_000).nullable(),
  authors: z.array(author).max(100_000),
  authorsTruncated: z.boolean(),
  authorsMissing: z.int().min(0).nullable(),
  published: published.nullable(),
  versions: z.array(version).max(10_000),
  primaryCategory: text(200).nullable(),
  categories: z.array(text(200)).max(1_000),
  comments: text(100_000).nullable().meta({ description: 'What its authors remark.' }),
  journalReference: text(100_000).nullable(),
  publication: publication.nullable(),
  withdrawn: z.boolean(),
  notices: z.array(notice).max(1_000),
  publishedAs: publishedAs.nullable(),
  links: z.array(link).max(10_000),
  edition: day.nullable(),
  editionFrom: z.enum(['announcement', 'listing', 'publication']).nullable(),
  license: z.object({
    text: license.meta({ description: 'Of the paper itself: its licenseUrl.' }),
    metadata: license.meta({
      description: 'Of what is said of it here; null where its sources differ or name none: see statements.',
    }),
  }),
  votes: z.int().min(0),
  commentCount: z.int().min(0),
  pickCount: z.int().min(0),
  heat: z.number().nullable().meta({ description: 'log2 of its decayed attention; null without any.' }),
  attention: z.number().min(0).meta({ description: 'The sum of the weights of its events.' }),
  commentsLocked: z.boolean(),
  recordedAt: instant,
  changedAt: instant,
  statements: z.array(statement).min(1).max(SOURCES.length),
})

const edition = z.object({
  edition: day,
  papers: z.int().min(0),
  head: z
    .object({
      note: text(10_000).meta({ description: 'Markdown with mathematics.' }),
      topPaper: number.nullable(),
      by: z.uuid().nullable(),
      writtenAt: instant,
      license,
    })
    .nullable()
    .meta({ description: 'What curators put at its head.' }),
})

const event = z.object({
  paper: number,
  kind: z.enum(['upvote', 'listing', 'star', 'citation', 'vote', 'pick', 'comment']),
  origin: text(200).min(1).meta({
    description: 'A source, "reader" (of the comment or pick that is "key"), or "site:" and a site’s id.',
  }),
  key: text(300)
    .min(1)
    .meta({ description: 'Names the event once and for all, with paper, kind and origin.' }),
  amount: z.number().min(-1e9).max(1e9).meta({ description: 'How many of the kind it stands for.' }),
  weight: z.number().min(0).max(1e9).meta({ description: 'What it counts, for all of them.' }),
  at: instant.meta({
    description: 'When; of the votes of a day, when all together would have counted as much.',
  }),
})

const person = z.object({
  id: z.uuid(),
  site: z.uuid().meta({ description: 'Where they have their account.' }),
  name: text(400).meta({ description: 'As they chose to be named in public; may be empty.' }),
  page: z.boolean().meta({ description: 'Whether they show a page of what they did in public.' }),
  curator: z.boolean(),
  orcid: orcid.nullable(),
  orcidVerified: z.boolean(),
})

const comment = z.object({
  number: number.meta({ description: 'Of its address, /comments/….' }),
  site: z.uuid().meta({ description: 'Where it was written, and its number there.' }),
  numberThere: number,
  paper: number,
  parent: number.nullable().meta({ description: 'The comment that it replies to.' }),
  state: z
    .enum(['shown', 'deleted', 'hidden'])
    .meta({ description: 'Of those that are not shown only the place is kept.' }),
  by: z.uuid().nullable(),
  text: text(20_000).meta({ description: 'Markdown with mathematics.' }),
  writtenAt: instant,
  editedAt: instant.nullable(),
  event: z.uuid().nullable().meta({ description: 'The event by which it heats its paper.' }),
  reactions: z.partialRecord(z.enum(REACTIONS), z.int().min(1).max(10_000_000)),
  license,
})

const commentEdit = z.object({
  comment: number,
  text: text(20_000).meta({ description: 'What it said before.' }),
  until: instant,
})

const pick = z.object({
  paper: number,
  by: z.uuid(),
  note: text(1_000),
  pickedAt: instant,
  event: z.uuid(),
  license,
})

const authorship = z.object({
  paper: number,
  by: z.uuid().meta({ description: 'Who is confirmed as an author of it.' }),
  how: z.enum(['orcid', 'curator']),
  claimedAt: instant,
})

const collection = z.object({
  id: z.string().regex(/^[a-z0-9]{12}$/, 'is not the id of a collection'),
  by: z.uuid(),
  title: text(240).min(1),
  description: text(4_000),
  createdAt: instant,
  changedAt: instant,
  papers: z
    .array(z.object({ paper: number, note: text(2_000), addedAt: instant }))
    .max(1_000)
    .meta({ description: 'In their order.' }),
  license,
})

const merge = z.object({
  merged: number.meta({ description: 'The number of a paper that was merged.' }),
  kept: number,
  mergedAt: instant,
})

/** The files of a dump, in the order in which they are written and read: what others refer to comes first. */
export const RECORDS = {
  'papers.jsonl': paper,
  'people.jsonl': person,
  'events.jsonl': event,
  'comments.jsonl': comment,
  'comment-edits.jsonl': commentEdit,
  'picks.jsonl': pick,
  'authorships.jsonl': authorship,
  'editions.jsonl': edition,
  'collections.jsonl': collection,
  'merges.jsonl': merge,
} as const
export type RecordFile = keyof typeof RECORDS
export const RECORD_FILES = Object.keys(RECORDS) as RecordFile[]
export type DumpRecord<F extends RecordFile> = z.infer<(typeof RECORDS)[F]>
export type DumpedPaper = DumpRecord<'papers.jsonl'>

/** The JSON Schema of each file's lines, as it is inside each dump. */
export function recordSchemas(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The files of an open dump of Broadsheet: each line is one JSON value',
    files: Object.fromEntries(
      RECORD_FILES.map((name) => [name, z.toJSONSchema(RECORDS[name], { io: 'output' })]),
    ),
  }
}
