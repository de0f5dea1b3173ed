import type { Context } from 'hono'
import type { FeedSuffix } from '../../feeds/formats.ts'
import { sendFeed } from '../../feeds/send.ts'
import { listPapers, type PaperList } from '../../ranking/lists.ts'
import { notFound } from '../errors/show.tsx'
import { renderEntries } from '../parts/entries.tsx'
import type { Site } from '../site.ts'
import { listPage, type ListView } from './page.tsx'
import { nextPath, ownPath, PAGE_SIZE, readPaging, splitFeedSuffix } from './paging.ts'

/** Answers with a page of a list, or with its feed. */
export async function showList(
  site: Site,
  c: Context,
  { list, view, feed }: { list: PaperList; view: ListView; feed: FeedSuffix | null },
): Promise<Response> {
  const paging = readPaging(c, list.kind)
  if (!paging.ok) return notFound(site, c, { what: paging.reason })
  const page = await listPapers(site.db, { list, after: paging.after, limit: PAGE_SIZE })
  if (feed !== null) {
    return sendFeed(site, c, {
      format: feed,
      path: view.path,
      feedPath: view.path,
      title: `${site.name}: ${view.title}`,
      papers: page.papers,
    })
  }
  return c.html(
    listPage(site, {
      view,
      entries: await renderEntries(site, page.papers, { back: ownPath(c) }),
      after: paging.after !== null,
      next: nextPath(view.path, page.next, paging.rankFrom),
      rankFrom: paging.rankFrom,
    }),
  )
}

/** `/papers/new` */
export function showNew(site: Site) {
  return (c: Context) =>
    showList(site, c, {
      list: { kind: 'new' },
      feed: splitFeedSuffix(c.req.path).feed,
      view: {
        section: 'New',
        kicker: 'Newest first',
        title: 'New papers',
        description: 'All papers, newest first.',
        path: '/papers/new',
        ranked: false,
        empty: <p>No papers have come in yet.</p>,
      },
    })
}

/** `/papers/trending` */
export function showTrending(site: Site) {
  return (c: Context) =>
    showList(site, c, {
      list: { kind: 'trending' },
      feed: splitFeedSuffix(c.req.path).feed,
      view: {
        section: 'Trending',
        kicker: 'By heat',
        title: 'Trending papers',
        description: 'The papers that draw the most attention now.',
        intro: (
          <p>
            What draws attention now: recent attention counts most and fades by half every two days.{' '}
            <a href="/about/ranking">How it is reckoned</a>
          </p>
        ),
        path: '/papers/trending',
        ranked: true,
        empty: (
          <p>
            No paper here has drawn attention yet. Lists and upvotes that are imported count;{' '}
            <a href="/about/ranking">how papers are ranked</a>.
          </p>
        ),
      },
    })
}

/** `/papers/top` */
export function showTop(site: Site) {
  return (c: Context) =>
    showList(site, c, {
      list: { kind: 'top' },
      feed: splitFeedSuffix(c.req.path).feed,
      view: {
        section: 'Top',
        kicker: 'Of all time',
        title: 'Top papers',
        description: 'The papers that drew the most attention of all time.',
        intro: <p>By all the attention they ever drew, however long ago.</p>,
        path: '/papers/top',
        ranked: true,
        empty: (
          <p>
            No paper here has drawn attention yet; <a href="/about/ranking">how papers are ranked</a>.
          </p>
        ),
      },
    })
}
