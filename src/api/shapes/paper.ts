import { z } from 'zod'

/** A text that people type: bounded, whole characters, no control characters but line breaks and tabs. */
export function text(longest: number) {
  return (
    z
      .string()
      .max(longest)
      // oxlint-disable-next-line no-control-regex -- these are what is refused
      .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/, 'has characters that no text has.')
  )
}

export const PaperId = z
  .string()
  .min(1)
  .max(400)
  .describe(
    'An arXiv identifier (2412.19723, also with a version, or hep-th/9901001), a DOI (doi/10.1000/182 or 10.1000/182), or an id of this site (local/…); a slash may be written as it is or as %2F',
  )

/** A day, month or week of the last hundred years or the next: what is written so is one. */
export const Day = z
  .string()
  .regex(
    /^(?:19|20)\d\d-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)$|^(?:19(?:0[48]|[2468][048]|[13579][26])|20(?:[02468][048]|[13579][26]))-02-29$/,
    'is not a day. Write it like 2026-11-20.',
  )
  .describe('A day, like 2026-11-20')
export const Week = z
  .string()
  .regex(/^(?:19|20)\d\d-W(?:0[1-9]|[1-4]\d|5[0-3])$/, 'is not a week. Write it like 2026-W47.')
  .describe('An ISO week, like 2026-W47')
export const Month = z
  .string()
  .regex(/^(?:19|20)\d\d-(?:0[1-9]|1[0-2])$/, 'is not a month. Write it like 2026-11.')
  .describe('A month, like 2026-11')
const Instant = z.iso.datetime().describe('An instant in UTC; it ends in Z')
const Url = z.string().describe('An absolute URL')

/** The name and page of somebody, under the names that clients of daily papers read. */
export const PersonShape = z
  .object({
    user: z.string().describe('The name they are shown under'),
    fullname: z.string(),
    name: z.string(),
    avatarUrl: Url,
    type: z.enum(['user', 'site']),
  })
  .meta({ id: 'Person', description: 'Somebody who put a paper on a list: a curator, or the site itself' })

const AuthorShape = z
  .object({
    _id: z.string().describe('The ORCID of a person, or the key of a name, as at /authors/…'),
    name: z.string(),
    hidden: z.boolean(),
    orcid: z.string().nullable(),
    affiliation: z.string().nullable(),
  })
  .meta({ id: 'Author' })

const CountShape = z.object({
  kind: z.enum(['upvote', 'comment', 'star', 'citation']),
  origin: z.string().describe('The source that counts them'),
  total: z.number().int(),
})

const facts = {
  id: z.string().describe('What stands after /papers/ in the address of its page'),
  title: z.string().describe('With formulas in TeX, as its source writes them'),
  summary: z.string().nullable().describe('The abstract, with formulas in TeX'),
  publishedAt: Instant.nullable().describe('When it first came out'),
  submittedOnDailyAt: Instant.nullable().describe('The day of its edition'),
  submittedOnDailyBy: PersonShape,
  upvotes: z.number().int().describe('Votes of readers of this site'),
  upvotesElsewhere: z.array(CountShape).describe('What other services count for it'),
  numComments: z.number().int(),
  discussionId: z.string().describe('Stays the same when the id changes'),
  source: z.enum(['arxiv', 'doi', 'site']),
  ai_summary: z.string().nullable().describe('One sentence about it, where a source gives one'),
  ai_keywords: z.array(z.string()).describe('The names of its topics'),
  githubRepo: Url.nullable(),
  githubStars: z.number().int().nullable(),
  projectPage: Url.nullable(),
  thumbnail: Url.nullable(),
  isAuthorParticipating: z
    .boolean()
    .describe('Whether a confirmed author of it takes part in its discussion'),
  url: Url.describe('Its page on this site'),
  arxivId: z.string().nullable(),
  doi: z.string().nullable(),
  categories: z.array(z.string()),
  edition: z.string().nullable().describe('The day of its edition'),
  heat: z.number().nullable().describe('log2 of its decayed attention, as at /about/ranking'),
  picks: z.number().int().describe('How many curators picked it'),
  withdrawn: z.boolean(),
  licenseUrl: Url.nullable(),
}

/** A single paper: flat. */
export const PaperShape = z.object({ ...facts, authors: z.array(AuthorShape) }).meta({ id: 'Paper' })

const { id: _, submittedOnDailyBy: submittedBy, publishedAt, submittedOnDailyAt: __, ...repeated } = facts

/** An entry of a list: the paper nested, and beside it what clients read there. Authors stand in the paper alone. */
export const ListedPaperShape = z
  .object({
    paper: PaperShape,
    ...repeated,
    publishedAt: publishedAt.describe('The day of its edition, or else when it came out'),
    submittedBy,
  })
  .meta({ id: 'ListedPaper' })
