import type { Context } from 'hono'
import { formatCursor } from '../../db/cursor.ts'
import { isFormerCursor, parseCursor, type Cursor, type PaperList } from '../../ranking/list-orders.ts'
import { FEED_FORMATS, type FeedSuffix } from '../../feeds/formats.ts'

/** Papers per page of an edition, a collection or a reader's own lists, which people read to the end. */
export const PAGE_SIZE = 100
/** Papers per page of a list without an end. */
export const LIST_SIZE = 50

export type Paging =
  /** Where the page begins, null for the first, and the rank of its first paper. */
  { ok: true; after: Cursor | null; rankFrom: number } | { ok: false; name: 'after' | 'n' }

/** What the query of a list's address says of the page wanted: `after` (a cursor) and `n` (papers before it). */
export function readPaging(c: Context, kind: PaperList['kind']): Paging {
  const text = c.req.query('after')
  if (text === undefined) return { ok: true, after: null, rankFrom: 1 }
  const after = parseCursor(kind, text)
  // A link from before an update is not the reader's mistake.
  if (!after && isFormerCursor(kind, text)) return { ok: true, after: null, rankFrom: 1 }
  if (!after) return { ok: false, name: 'after' }
  const before = c.req.query('n') ?? '0'
  return /^\d{1,9}$/.test(before)
    ? { ok: true, after, rankFrom: Number(before) + 1 }
    : { ok: false, name: 'n' }
}

/** The parameters of a query that pages read, besides those of searches; any other leaves a page as it is. */
export const PARAMETERS = ['after', 'before', 'n', 'from', 'to']

/**
 * The requested address, from the root, to return to after an action on the page. Only parameters that pages read are
 * kept, because other readers may get the same cached page; searches keep their whole query.
 */
export function ownPath(c: Context): string {
  const url = URL.parse(c.req.url)
  if (!url) return '/'
  if (c.req.path === '/papers') return url.pathname + url.search
  const read = url.searchParams
    .entries()
    .filter(([name]) => PARAMETERS.includes(name))
    .toArray()
  return url.pathname + (read.length === 0 ? '' : `?${new URLSearchParams(read).toString()}`)
}

/** The address of the page after this one, or null on the last. */
export function nextPath(
  { path, query = '' }: { path: string; query?: string },
  next: Cursor | null,
  { rankFrom, size }: { rankFrom: number; size: number },
): string | null {
  return (
    next && `${path}?${query === '' ? '' : `${query}&`}after=${formatCursor(next)}&n=${rankFrom - 1 + size}`
  )
}

/** A list's address, and the suffix of the feed that is asked for, if one is. */
export function splitFeedSuffix(path: string): { path: string; feed: FeedSuffix | null } {
  const format = FEED_FORMATS.find(({ suffix }) => path.endsWith(suffix))
  return format ? { path: path.slice(0, -format.suffix.length), feed: format.suffix } : { path, feed: null }
}
