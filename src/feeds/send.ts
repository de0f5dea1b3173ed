import type { Context } from 'hono'
import type { Paper } from '../papers/paper.ts'
import { FEED_FORMATS } from '../web/layout.tsx'
import type { Site } from '../web/site.ts'
import { renderAtom, renderJsonFeed, renderRss } from './render.ts'

/** Answers with a list of papers as a feed; `format` is the suffix of the address. */
export function sendFeed(
  site: Site,
  c: Context,
  {
    format,
    path,
    feedPath,
    title,
    papers,
  }: { format: FeedSuffix; path: string; feedPath: string; title: string; papers: Paper[] },
): Response {
  const feed = {
    title,
    description: `${title}: papers, in the order of the page.`,
    pageUrl: site.origin + path,
    feedUrl: site.origin + feedPath + format,
    origin: site.origin,
    siteName: site.name,
    papers,
  }
  const body = RENDERERS[format](feed)
  const type = FEED_FORMATS.find(({ suffix }) => suffix === format)?.type
  return c.body(body, 200, { 'content-type': `${type}; charset=utf-8` })
}

export type FeedSuffix = (typeof FEED_FORMATS)[number]['suffix']

const RENDERERS = { '.atom': renderAtom, '.rss': renderRss, '.feed.json': renderJsonFeed }
