import type { Context } from 'hono'
import type { ReadIssue } from '../digests/archive.ts'
import { linksOf } from './feed-head.ts'
import { FEED_FORMATS, feedAddress, type FeedSuffix } from './formats.ts'

/** Answers with issues of digests as a feed. `path` is the address of their page. */
export async function sendIssueFeed(
  site: { name: string; origin: string },
  c: Context,
  {
    format,
    path,
    title,
    description,
    issues,
  }: { format: FeedSuffix; path: string; title: string; description: string; issues: ReadIssue[] },
): Promise<Response> {
  // Loaded by the first reader of a feed: the library would slow down every start.
  const { issuesAsAtom, issuesAsJson, issuesAsRss } = await import('./render-issues.ts')
  const feedUrl = site.origin + feedAddress(path, format)
  const body = { '.atom': issuesAsAtom, '.rss': issuesAsRss, '.feed.json': issuesAsJson }[format]({
    title,
    description,
    pageUrl: site.origin + path,
    feedUrl,
    origin: site.origin,
    siteName: site.name,
    entries: issues.map(({ archived, issue }) => ({
      url: site.origin + archived.path,
      publishedAt: archived.publishedAt,
      issue,
    })),
  })
  const type = FEED_FORMATS.find(({ suffix }) => suffix === format)?.type
  return c.body(body, 200, {
    'content-type': `${type}; charset=utf-8`,
    link: linksOf({ feedUrl, origin: site.origin }),
  })
}
