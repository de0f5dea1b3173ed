import type { Context } from 'hono'
import { escapeXml } from '../../runtime/xml-text.ts'
import { isTopic } from '../../papers/categories.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { mapParts, papersOfPart } from '../../papers/site-map.ts'
import { allTopics, listedEditions } from '../../ranking/editions.ts'
import { mapInTurns } from '../../runtime/in-turns.ts'
import { notFound } from '../errors/show.tsx'
import type { Site } from '../site.ts'

/** The most addresses of one file (sitemaps.org). */
const MOST_ADDRESSES = 50_000

/** Pages that are always there, besides those of papers, topics and editions. */
const PAGES = [
  '/',
  '/papers/trending',
  '/papers/new',
  '/papers/top',
  '/papers/picks',
  '/topics',
  '/collections',
  '/comments',
  '/digests',
  '/moderation',
  '/about',
  '/about/ranking',
  '/about/search',
]

/** An address of the site and, where it is known, when what is there last changed. */
type Place = { path: string; changedAt?: Date }

/** `/sitemap.xml`: the files that have the addresses of everything that search engines may show. */
export function showSitemaps(site: Site) {
  return async (c: Context) => {
    const parts = await mapParts(site.db)
    return sendXml(c, 'sitemapindex', [
      entry(site, 'sitemap', { path: '/sitemap-pages.xml' }),
      entry(site, 'sitemap', { path: '/sitemap-editions.xml' }),
      ...parts.map(({ part, changedAt }) =>
        entry(site, 'sitemap', { path: `/sitemap-papers-${part}.xml`, changedAt }),
      ),
    ])
  }
}

/** `/sitemap-pages.xml`: lists, topics, and pages about the site. */
export function showPagesMap(site: Site) {
  return async (c: Context) => {
    const topics = (await allTopics(site.db))
      .filter(({ category }) => isTopic(category))
      .map(({ category }) => `/topics/${encodeURIComponent(category)}`)
    const paths = [...PAGES, ...topics].slice(0, MOST_ADDRESSES)
    return sendXml(
      c,
      'urlset',
      paths.map((path) => entry(site, 'url', { path })),
    )
  }
}

/** `/sitemap-editions.xml`: the editions of days, the newest first. */
export function showEditionsMap(site: Site) {
  return async (c: Context) => {
    const days = await listedEditions(site.db, { limit: MOST_ADDRESSES })
    // A file has at least one address.
    const paths = days.length === 0 ? ['/'] : days.map((day) => `/papers/date/${day}`)
    return sendXml(c, 'urlset', await mapInTurns(paths, (path) => entry(site, 'url', { path })))
  }
}

/** `/sitemap-papers-1.xml` and so on: the papers of a part. */
export function showPapersMap(site: Site) {
  return async (c: Context) => {
    const [, part] = /^sitemap-papers-([1-9]\d{0,8})\.xml$/.exec(c.req.param('name') ?? '') ?? []
    const papers = part === undefined ? [] : await papersOfPart(site.db, { part: Number(part) })
    if (papers.length === 0) return notFound(site, c)
    const lines = await mapInTurns(papers, ({ address, changedAt }) =>
      entry(site, 'url', { path: addressPath(address), changedAt }),
    )
    return sendXml(c, 'urlset', lines)
  }
}

function entry(site: Site, kind: 'sitemap' | 'url', { path, changedAt }: Place): string {
  const lastChange =
    changedAt === undefined ? '' : `<lastmod>${changedAt.toISOString().slice(0, 19)}Z</lastmod>`
  return `<${kind}><loc>${escapeXml(site.origin + path)}</loc>${lastChange}</${kind}>\n`
}

function sendXml(c: Context, root: 'sitemapindex' | 'urlset', lines: string[]): Response {
  const namespace = 'http://www.sitemaps.org/schemas/sitemap/0.9'
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">\n${lines.join('')}</${root}>\n`
  return c.body(body, 200, { 'content-type': 'application/xml; charset=utf-8' })
}
