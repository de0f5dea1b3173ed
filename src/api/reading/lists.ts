import { z } from 'zod'
import { PAPER_NUMBER, readCursor as readKey } from '../../db/cursor.ts'
import { parseListAddress } from '../../lists/followed-list.ts'
import { dayPeriod, monthPeriod, periodOf, weekPeriod, type Period } from '../../papers/calendar.ts'
import { categoryName, fieldOf } from '../../papers/categories.ts'
import type { Paper } from '../../papers/paper.ts'
import { allTopics, newestEdition, newestEditions } from '../../ranking/editions.ts'
import { parseCursor, type PaperList } from '../../ranking/list-orders.ts'
import { listPapers } from '../../ranking/lists.ts'
import { collectedPapers, MOST_PAPERS } from '../../shelves/collection-papers.ts'
import {
  findCollection,
  parseCollectionsCursor,
  publicCollections,
  type Collection,
} from '../../shelves/collections.ts'
import { parsePicksCursor, pickedPapers } from '../../shelves/picks.ts'
import type { ChangingPart } from '../../ranking/announce-changes.ts'
import { ordersOf, papersShown } from '../../web/shows.ts'
import type { Site } from '../../web/site.ts'
import { Cursor, readCursor, writeCursor } from '../cursors.ts'
import { reading, type Asking } from '../operation.ts'
import { problem, type Problem } from '../problem.ts'
import { CollectionShape, toCollectionJson } from '../shapes/collection.ts'
import { Day, ListedPaperShape } from '../shapes/paper.ts'
import { presentList } from '../shapes/present-papers.ts'

const GROUP = 'Lists'

const Paged = {
  limit: z.int().min(1).max(100).default(50),
  cursor: Cursor,
}

export const listPapersOf = reading({
  id: 'list_papers',
  path: '/api/papers',
  group: GROUP,
  summary: 'The papers of any list, by the address of its page',
  description:
    'Lists are /, /papers/date/2026-11-20, /papers/week/2026-W47, /papers/month/2026-11, /papers/new, /papers/trending, /papers/top, /papers/picks, /topics/cs.CL, /authors/ada-lovelace and public collections. `/` is today’s edition: the newest there is. Papers come in the order of the page.',
  query: z.strictObject({
    list: z
      .string()
      .max(500)
      .regex(/^\/[\x21-\x7e\u00a0-\uffff]*$/, 'is not the address of a list. Write it like /papers/trending.')
      .default('/papers/new')
      .describe('The address of the list on this site, from the root'),
    ...Paged,
  }),
  answer: z.array(ListedPaperShape),
  isPaged: true,
  async run(asking, { list, limit, cursor }) {
    const { site } = asking
    const page = await pageOf(asking, { address: list, limit, cursor })
    if (!page.ok) return page
    return {
      ok: true,
      body: await presentList(site, page.papers),
      // The latest edition may be another one by then.
      next: page.next === null ? null : { list: page.address ?? list, cursor: page.next },
      shows: [...papersShown(page.papers), ...page.shows],
    }
  },
})

/** `address`: under which it stays the same list, where that is not the one that was asked for. */
type ListPage = {
  ok: true
  papers: Paper[]
  next: string | null
  shows: ChangingPart[]
  address?: string
}

async function pageOf(
  { site, now }: Asking,
  { address, limit, cursor }: { address: string; limit: number; cursor: string | undefined },
): Promise<ListPage | Problem> {
  const period = periodAt(address)
  const list = period ? null : parseListAddress(address, site.origin)?.list
  if (period === null && !list) return NO_LIST
  if (list?.kind === 'search')
    return problem('not-found', 'For a search, ask /api/papers/search.', { parameter: 'list' })
  if (list?.kind === 'picks') return picksPage(site, { limit, cursor })
  if (list?.kind === 'collection') return collectionPage(site, { id: list.id, limit, cursor })
  const ranked = list && 'list' in list ? list.list : await editionsOf(site, { period, now })
  if (ranked === null) return { ok: true, papers: [], next: null, shows: ['ranking'] }
  const from = readCursor(cursor, (text) => parseCursor(ranked.kind, text))
  if (!from.ok) return from
  const page = await listPapers(site.db, { list: ranked, after: from.after, limit })
  return {
    ok: true,
    papers: page.papers,
    next: page.next && writeCursor(page.next),
    shows: ordersOf(ranked),
    ...(ranked.kind === 'editions' && period === null ? { address: `/papers/date/${ranked.from}` } : {}),
  }
}

const NO_LIST = problem(
  'not-found',
  '“list” is not the address of a list on this site. Write it like /papers/trending or /topics/cs.CL.',
  { parameter: 'list' },
)

const PERIODS = { date: dayPeriod, week: weekPeriod, month: monthPeriod }

function periodAt(address: string): Period | null {
  const [, kind, name] = /^\/papers\/(date|week|month)\/([^/?#]+)$/.exec(address) ?? []
  return kind === undefined || name === undefined ? null : PERIODS[kind as keyof typeof PERIODS](name)
}

/** The papers of a period, or of the newest edition; null where there is none. */
async function editionsOf(
  { db, timeZone }: Site,
  { period, now }: { period: Period | null; now: Date },
): Promise<PaperList | null> {
  const newest = period ? null : await newestEdition(db, { now, timeZone })
  const of = period ?? (newest === null ? null : periodOf('date', newest))
  return of && { kind: 'editions', from: of.from, to: of.to }
}

type Cut = { limit: number; cursor: string | undefined }

async function picksPage({ db }: Site, { limit, cursor }: Cut): Promise<ListPage | Problem> {
  const from = readCursor(cursor, parsePicksCursor)
  if (!from.ok) return from
  const { papers, next } = await pickedPapers(db, { after: from.after, limit })
  return {
    ok: true,
    papers: papers.map(({ paper }) => paper),
    next: next && writeCursor(next),
    shows: ['picks'],
  }
}

/** A collection has an end that is near: its cursor is how many papers came before. */
async function collectionPage(
  site: Site,
  { id, limit, cursor }: Cut & { id: string },
): Promise<ListPage | Problem> {
  const from = readCursor(cursor, (text) => readKey(z.tuple([PAPER_NUMBER]), text))
  if (!from.ok) return from
  const [skip = 0] = from.after ?? []
  if (skip > MOST_PAPERS) return { ok: true, papers: [], next: null, shows: ['collections'] }
  const collection = await visibleCollection(site, id)
  if (!collection.ok) return { ...collection, parameter: 'list' }
  const papers = await collectedPapers(site.db, { collectionId: id, skip, limit: limit + 1 })
  return {
    ok: true,
    papers: papers.slice(0, limit).map(({ paper }) => paper),
    next: papers.length > limit ? writeCursor([skip + limit]) : null,
    shows: ['collections'],
  }
}

/** A collection, as far as who asks may see it. */
async function visibleCollection(
  { db, viewer }: Site,
  id: string,
): Promise<{ ok: true; collection: Collection } | Problem> {
  const asking = viewer && { id: viewer.reader.id, curator: viewer.reader.curator }
  const collection = await findCollection(db, { id, asking })
  return collection
    ? { ok: true, collection }
    : problem('not-found', 'There is no such collection.', { parameter: 'id' })
}

const CollectionId = z
  .string()
  .max(40)
  .describe('The id of a collection: what stands after /collections/ in its address')

export const listCollections = reading({
  id: 'list_collections',
  path: '/api/collections',
  group: GROUP,
  summary: 'Public collections, the last changed first',
  query: z.strictObject(Paged),
  answer: z.array(CollectionShape),
  isPaged: true,
  async run({ site }, { limit, cursor }) {
    const from = readCursor(cursor, parseCollectionsCursor)
    if (!from.ok) return from
    const { collections, next } = await publicCollections(site.db, { after: from.after, limit })
    return {
      ok: true,
      body: collections.map((collection) => toCollectionJson(site, collection)),
      next: next && { cursor: writeCursor(next) },
      shows: ['collections'],
    }
  },
})

export const getCollection = reading({
  id: 'get_collection',
  path: '/api/collections/{id}',
  group: GROUP,
  summary: 'A collection and its papers, in its own order',
  parameters: z.strictObject({ id: CollectionId }),
  answer: CollectionShape.extend({
    items: z.array(z.object({ note: z.string(), addedAt: z.iso.datetime(), paper: ListedPaperShape })),
  }),
  async run({ site }, { id }) {
    const found = await visibleCollection(site, id)
    if (!found.ok) return found
    const { collection } = found
    const collected = await collectedPapers(site.db, { collectionId: id })
    const papers = await presentList(
      site,
      collected.map(({ paper }) => paper),
    )
    return {
      ok: true,
      body: {
        ...toCollectionJson(site, collection),
        items: collected.flatMap(({ note, addedAt }, i) => {
          const paper = papers[i]
          return paper ? [{ note, addedAt: addedAt.toISOString(), paper }] : []
        }),
      },
      shows: ['collections', ...papersShown(collected.map(({ paper }) => paper))],
      isOwn: !collection.public,
    }
  },
})

export const listTopics = reading({
  id: 'list_topics',
  path: '/api/topics',
  group: GROUP,
  summary: 'All topics that have papers, with how many',
  answer: z.array(
    z
      .object({
        category: z.string(),
        name: z.string(),
        field: z.string(),
        papers: z.int(),
        url: z.string(),
      })
      .meta({ id: 'Topic' }),
  ),
  async run({ site }) {
    const topics = await allTopics(site.db)
    return {
      ok: true,
      body: topics.map(({ category, papers }) => ({
        category,
        name: categoryName(category),
        field: fieldOf(category),
        papers,
        url: `${site.origin}/topics/${encodeURIComponent(category)}`,
      })),
      shows: [],
    }
  },
})

export const listEditions = reading({
  id: 'list_editions',
  path: '/api/editions',
  group: GROUP,
  summary: 'The days that have an edition, the newest first',
  query: z.strictObject({
    limit: z.int().min(1).max(366).default(50),
    cursor: Day.optional().describe('Editions before this day'),
  }),
  answer: z.array(z.object({ day: Day, papers: z.int(), url: z.string() }).meta({ id: 'Edition' })),
  isPaged: true,
  async run({ site, now }, { limit, cursor }) {
    const { editions, next } = await newestEditions(site.db, {
      before: cursor ?? null,
      limit,
      now,
      timeZone: site.timeZone,
    })
    return {
      ok: true,
      body: editions.map(({ day, papers }) => ({ day, papers, url: `${site.origin}/papers/date/${day}` })),
      next: next === null ? null : { cursor: next },
      shows: [],
    }
  },
})
