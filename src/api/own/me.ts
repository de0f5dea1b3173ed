import { z } from 'zod'
import { displayName } from '../../accounts/reader.ts'
import { SCOPES } from '../../accounts/tokens.ts'
import { submissionsOf } from '../../moderation/submission-lists.ts'
import { paperAddress } from '../../papers/identifiers.ts'
import { parseVotesCursor, votedPapers } from '../../ranking/voted-papers.ts'
import { collectionsOf } from '../../shelves/collections.ts'
import { notForMeList, parseNotForMeCursor } from '../../shelves/not-for-me.ts'
import { parseReadingCursor, readingList } from '../../shelves/reading-list.ts'
import { Cursor, readCursor, writeCursor } from '../cursors.ts'
import { acting } from '../operation.ts'
import { CollectionShape, toCollectionJson } from '../shapes/collection.ts'
import { PaperShape } from '../shapes/paper.ts'
import { presentPapers } from '../shapes/present-papers.ts'

const GROUP = 'Your own'
const own = { method: 'GET', group: GROUP, scope: 'read', limit: null } as const

const paged = z.strictObject({
  limit: z.int().min(1).max(100).default(50),
  cursor: Cursor,
})

const Instant = z.iso.datetime()

export const whoAmI = acting({
  ...own,
  id: 'who_am_i',
  path: '/api/me',
  summary: 'Whose token this is, and what it may be used for',
  answer: z
    .object({
      id: z.string(),
      name: z.string().describe('As it is shown with what you write'),
      orcid: z.string().nullable(),
      isCurator: z.boolean(),
      isTrusted: z.boolean().describe('Whether your votes have their full weight'),
      isSuspended: z.boolean().describe('Then you can read, and do nothing else'),
      scopes: z.array(z.enum(SCOPES)),
    })
    .meta({ id: 'Me' }),
  async run({ site }) {
    const { reader, token } = site.viewer
    return {
      ok: true,
      body: {
        id: reader.id,
        name: displayName(reader),
        orcid: reader.orcid,
        isCurator: reader.curator,
        isTrusted: reader.trusted,
        isSuspended: reader.suspended,
        scopes: SCOPES.filter((scope) => token?.scopes.has(scope) ?? false),
      },
    }
  },
})

export const listOwnVotes = acting({
  ...own,
  id: 'list_my_votes',
  path: '/api/me/votes',
  summary: 'The papers you voted for, the last first',
  query: paged,
  answer: z.array(z.object({ paper: PaperShape, votedAt: Instant })),
  isPaged: true,
  async run({ site }, { limit, cursor }) {
    const from = readCursor(cursor, parseVotesCursor)
    if (!from.ok) return from
    const { after } = from
    const { votes, next } = await votedPapers(site.db, { readerId: site.viewer.reader.id, after, limit })
    const papers = await presentPapers(
      site,
      votes.map(({ paper }) => paper),
    )
    return {
      ok: true,
      body: votes.flatMap(({ votedAt }, i) => {
        const paper = papers[i]
        return paper ? [{ paper, votedAt: votedAt.toISOString() }] : []
      }),
      next: next && { cursor: writeCursor(next) },
    }
  },
})

export const listOwnReadingList = acting({
  ...own,
  id: 'list_my_reading_list',
  path: '/api/me/reading-list',
  summary: 'Your reading list: what you have not read yet, then what you have',
  query: paged,
  answer: z.array(z.object({ paper: PaperShape, addedAt: Instant, readAt: Instant.nullable() })),
  isPaged: true,
  async run({ site }, { limit, cursor }) {
    const from = readCursor(cursor, parseReadingCursor)
    if (!from.ok) return from
    const { after } = from
    const { papers: saved, next } = await readingList(site.db, {
      readerId: site.viewer.reader.id,
      after,
      limit,
    })
    const papers = await presentPapers(
      site,
      saved.map(({ paper }) => paper),
    )
    return {
      ok: true,
      body: saved.flatMap(({ addedAt, readAt }, i) => {
        const paper = papers[i]
        return paper ? [{ paper, addedAt: addedAt.toISOString(), readAt: readAt?.toISOString() ?? null }] : []
      }),
      next: next && { cursor: writeCursor(next) },
    }
  },
})

export const listOwnNotForMe = acting({
  ...own,
  id: 'list_my_not_for_me',
  path: '/api/me/not-for-me',
  summary: 'The papers you marked as not for you, the last first',
  query: paged,
  answer: z.array(PaperShape),
  isPaged: true,
  async run({ site }, { limit, cursor }) {
    const from = readCursor(cursor, parseNotForMeCursor)
    if (!from.ok) return from
    const { after } = from
    const { papers, next } = await notForMeList(site.db, { readerId: site.viewer.reader.id, after, limit })
    return {
      ok: true,
      body: await presentPapers(site, papers),
      next: next && { cursor: writeCursor(next) },
    }
  },
})

export const listOwnCollections = acting({
  ...own,
  id: 'list_my_collections',
  path: '/api/me/collections',
  summary: 'Your collections, private ones too, the last changed first',
  answer: z.array(CollectionShape),
  async run({ site }) {
    const collections = await collectionsOf(site.db, { readerId: site.viewer.reader.id })
    return { ok: true, body: collections.map((collection) => toCollectionJson(site, collection)) }
  },
})

export const listOwnSubmissions = acting({
  ...own,
  id: 'list_my_submissions',
  path: '/api/me/submissions',
  summary: 'The papers you submitted, and what became of them: the last hundred',
  answer: z.array(
    z
      .object({
        id: z.int(),
        identifier: z.string().describe('As it would stand in the address of the paper'),
        title: z.string(),
        state: z.enum(['waiting', 'accepted', 'rejected']),
        paper: z.string().nullable().describe('The id of the paper, once it is here'),
        submittedAt: Instant,
        decidedAt: Instant.nullable(),
        reason: z.string().nullable().describe('Why a curator rejected it'),
      })
      .meta({ id: 'OwnSubmission' }),
  ),
  async run({ site }) {
    const submissions = await submissionsOf(site.db, site.viewer.reader.id)
    return {
      ok: true,
      body: submissions.map(({ id, identifier, title, state, address, submittedAt, decidedAt, reason }) => ({
        id,
        identifier: paperAddress(identifier),
        title,
        state: state === 'refused' ? ('rejected' as const) : state,
        paper: address,
        submittedAt: submittedAt.toISOString(),
        decidedAt: decidedAt?.toISOString() ?? null,
        reason,
      })),
    }
  },
})
