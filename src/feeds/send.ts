import type { Context } from 'hono'
import type { Paper } from '../papers/paper.ts'
import { linksOf } from './feed-head.ts'
import { FEED_FORMATS, feedAddress, type FeedSuffix } from './formats.ts'
import type { FeedNote } from './render.ts'

/**
 * Answers with a list of papers as a feed. `path` is the address of its page, `feedPath` the one to which `format`, the
 * suffix, is put; both may have a query. A `note`, whose `path` is the address of its page, comes before the papers. One
 * that `isPrivate` names no hub.
 */
export async function sendFeed(
  site: { name: string; origin: string },
  c: Context,
  {
    format,
    path,
    feedPath,
    title,
    note = null,
    papers,
    isPrivate = false,
  }: {
    format: FeedSuffix
    path: string
    feedPath: string
    title: string
    note?: (Omit<FeedNote, 'url'> & { path: string }) | null
    papers: Paper[]
    isPrivate?: boolean
  },
): Promise<Response> {
  const feed = {
    title,
    description: `${title}: papers, in the order of the page.`,
    pageUrl: site.origin + path,
    feedUrl: site.origin + feedAddress(feedPath, format),
    origin: site.origin,
    siteName: site.name,
    note: note && { ...note, url: site.origin + note.path },
    papers,
    isPrivate,
  }
  // Loaded by the first reader of a feed: the library would slow down every start.
  const { renderAtom, renderJsonFeed, renderRss } = await import('./render.ts')
  const body = await { '.atom': renderAtom, '.rss': renderRss, '.feed.json': renderJsonFeed }[format](feed)
  const type = FEED_FORMATS.find(({ suffix }) => suffix === format)?.type
  return c.body(body, 200, { 'content-type': `${type}; charset=utf-8`, link: linksOf(feed) })
}
