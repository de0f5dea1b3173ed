import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { printedName } from '../papers/authors.ts'
import { categoryName, isTopic, topicOf } from '../papers/categories.ts'
import { nameKey } from '../papers/names.ts'
import type { Paper } from '../papers/paper.ts'
import { listPapers } from '../ranking/lists.ts'
import type { Cursor, PaperList } from '../ranking/list-orders.ts'
import { newestFound } from '../search/newest-found.ts'
import type { SearchRoom } from '../search/search.ts'
import { collectedPapers } from '../shelves/collection-papers.ts'
import { findCollection, isCollectionId } from '../shelves/collections.ts'
import { pickedPapers } from '../shelves/picks.ts'

/** A list or search of this site that can be followed: by a webhook, or by mail. */
export type FollowedList =
  /** The front page: each new edition. */
  | { kind: 'editions' }
  /** Papers by date, as they come. */
  | { kind: 'papers'; list: Extract<PaperList, { kind: 'new' | 'topic' | 'name' | 'orcid' }> }
  /** Papers in an order that changes: those that come among the first. */
  | { kind: 'ranked'; list: Extract<PaperList, { kind: 'trending' | 'top' }> }
  | { kind: 'picks' }
  | { kind: 'search'; text: string }
  /** A public collection of a reader. */
  | { kind: 'collection'; id: string }

/** Papers of a ranked list that count as being on it: every paper with a single vote is somewhere in it. */
const RANKS_TOLD = 25
/** Papers looked at in one go. */
const PAGE = 100
/** As much of a text as a search reads. */
const LONGEST_TEXT = 1_000
const ORCID = /^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$/

export const NO_SUCH_LIST =
  'Enter the address of a list on this site, such as /, /papers/new, /papers/trending, /papers/top, /papers/picks, /topics/cs.CL, /authors/ada-lovelace, /papers?q=graphs or the address of a collection.'

/**
 * Reads the address of a list on this site, with or without the site's own `origin`, or of its feed. Answers with the list and
 * the one way to write its address, or null when it is none that can be followed.
 */
export function parseListAddress(
  text: string,
  origin: string,
): { list: FollowedList; address: string } | null {
  const url = addressOnSite(text, origin)
  if (!url) return null
  const path = decoded(url.pathname.replace(/\.(?:atom|rss|feed\.json)$/, '').replace(/(?<=.)\/$/, ''))
  if (path === null) return null
  const [, first = '', second, ...more] = path.split('/')
  if (more.length > 0) return null
  if (first === '' || (first === 'index' && second === undefined))
    return { list: { kind: 'editions' }, address: '/' }
  if (first === 'papers') return papersList(second, url.searchParams)
  if (first === 'topics' && second !== undefined && second !== '') {
    const category = topicOf(second)
    if (!isTopic(category)) return null
    return {
      list: { kind: 'papers', list: { kind: 'topic', category } },
      address: `/topics/${encodeURIComponent(category)}`,
    }
  }
  if (first === 'authors' && second !== undefined) {
    const key = ORCID.test(second) ? second : nameKey(second)
    if (key === '') return null
    const list = ORCID.test(second)
      ? ({ kind: 'orcid', orcid: key } as const)
      : ({ kind: 'name', nameKey: key } as const)
    return { list: { kind: 'papers', list }, address: `/authors/${encodeURIComponent(key)}` }
  }
  if (first === 'collections' && second !== undefined && isCollectionId(second))
    return {
      list: { kind: 'collection', id: second },
      address: `/collections/${second}`,
    }
  return null
}

/** An address on this site, with or without its `origin`; null for any other text. */
export function addressOnSite(text: string, origin: string): URL | null {
  const trimmed = text.trim()
  const site = URL.parse(origin || 'http://this-site.invalid')
  const url =
    trimmed.startsWith('/') && !trimmed.startsWith('//')
      ? URL.parse(trimmed, site?.origin)
      : URL.parse(trimmed)
  return url && site && url.host === site.host ? url : null
}

function papersList(
  name: string | undefined,
  query: URLSearchParams,
): { list: FollowedList; address: string } | null {
  switch (name) {
    case undefined: {
      const text = (query.get('q') ?? '')
        .slice(0, LONGEST_TEXT)
        .toWellFormed()
        .replace(/[\p{Cc}\s\uFFFE\uFFFF]+/gu, ' ')
        .trim()
      return text === ''
        ? { list: { kind: 'papers', list: { kind: 'new' } }, address: '/papers/new' }
        : {
            list: { kind: 'search', text },
            address: `/papers?${new URLSearchParams({ q: text }).toString()}`,
          }
    }
    case 'date':
    case 'week':
    case 'month':
      return { list: { kind: 'editions' }, address: '/' }
    case 'new':
      return { list: { kind: 'papers', list: { kind: 'new' } }, address: '/papers/new' }
    case 'trending':
      return { list: { kind: 'ranked', list: { kind: 'trending' } }, address: '/papers/trending' }
    case 'top':
      return {
        list: { kind: 'ranked', list: { kind: 'top', from: null, to: null } },
        address: '/papers/top',
      }
    case 'picks':
      return { list: { kind: 'picks' }, address: '/papers/picks' }
    default:
      return null
  }
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}

/** What people call a list. */
export async function titleOf(db: Kysely<Database>, list: FollowedList): Promise<string> {
  switch (list.kind) {
    case 'editions':
      return 'Front page'
    case 'picks':
      return 'Curators’ picks'
    case 'search':
      return `“${list.text}”`
    case 'collection':
      return (await findCollection(db, { id: list.id, asking: null }))?.title ?? 'A collection'
    case 'ranked':
      return list.list.kind === 'trending' ? 'Trending papers' : 'Top papers'
    case 'papers':
      switch (list.list.kind) {
        case 'new':
          return 'New papers'
        case 'topic':
          return categoryName(list.list.category)
        case 'name':
          return `Papers by ${(await printedName(db, list.list)) ?? list.list.nameKey}`
        case 'orcid':
          return `Papers by ${(await printedName(db, list.list)) ?? list.list.orcid}`
      }
  }
}

/**
 * The papers at the head of a list, page by page, as everybody sees it: for a ranked list only the first ranks. Whoever reads
 * it stops where they know the rest. Throws `SearchAway`.
 */
export async function* pagesOf(
  room: SearchRoom,
  list: Exclude<FollowedList, { kind: 'editions' }>,
): AsyncGenerator<Paper[]> {
  const { db } = room
  switch (list.kind) {
    case 'papers':
      for (let after: Cursor | null = null; ;) {
        const page = await listPapers(db, { list: list.list, after, limit: PAGE })
        yield page.papers
        if (page.next === null) return
        after = page.next
      }
    case 'ranked':
      yield (await listPapers(db, { list: list.list, limit: RANKS_TOLD })).papers
      return
    case 'picks':
      yield (await pickedPapers(db, { after: null, limit: PAGE })).papers.map(({ paper }) => paper)
      return
    case 'collection':
      if ((await findCollection(db, { id: list.id, asking: null })) !== null) {
        const papers = await collectedPapers(db, { collectionId: list.id })
        // What was put in last is new.
        yield papers.toSorted((a, b) => b.addedAt.getTime() - a.addedAt.getTime()).map(({ paper }) => paper)
      }
      return
    case 'search':
      for (let offset = 0; ; offset += PAGE) {
        const papers = await newestFound(room, { text: list.text, offset, limit: PAGE })
        yield papers
        if (papers.length < PAGE) return
      }
  }
}
