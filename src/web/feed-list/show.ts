import type { Context } from 'hono'
import type { ListedFeed } from '../../feeds/render-opml.ts'
import { categoryName } from '../../papers/categories.ts'
import { allTopics } from '../../ranking/editions.ts'
import { publicCollections } from '../../shelves/collections.ts'
import { collectionPath } from '../collections/links.tsx'
import { pageShows } from '../shows.ts'
import type { Site } from '../site.ts'

/** Collections, those that changed last: a feed reader makes a row of each. */
const MOST_COLLECTIONS = 500

const LISTS: ListedFeed[] = [
  { title: 'Each day’s edition', path: '/papers/date' },
  { title: 'Each week’s papers', path: '/papers/week' },
  { title: 'Each month’s papers', path: '/papers/month' },
  { title: 'New papers', path: '/papers/new' },
  { title: 'Trending papers', path: '/papers/trending' },
  { title: 'Top papers', path: '/papers/top' },
  { title: 'Curators’ picks', path: '/papers/picks' },
  { title: 'Digests', path: '/digests' },
]

/** `/feeds.opml`: the feeds of all lists, topics and public collections, for a feed reader to take over. */
export function listFeeds(site: Site) {
  return async (c: Context) => {
    const [topics, { collections }] = await Promise.all([
      allTopics(site.db),
      publicCollections(site.db, { limit: MOST_COLLECTIONS }),
    ])
    pageShows(c, ['collections'])
    const named = (title: string) => `${site.name}: ${title}`
    const frontPage = { title: site.name, path: '/', feedPath: '/index' }
    // Loaded by the first who asks: the library would slow down every start.
    const { feedsAsOpml } = await import('../../feeds/render-opml.ts')
    const body = feedsAsOpml(site, {
      title: `Feeds of ${site.name}`,
      groups: [
        {
          title: site.name,
          feeds: [frontPage, ...LISTS.map((list) => ({ ...list, title: named(list.title) }))],
        },
        {
          title: named('topics'),
          feeds: topics.map(({ category }) => ({
            title: named(categoryName(category)),
            path: `/topics/${encodeURIComponent(category)}`,
          })),
        },
        {
          title: named('collections'),
          feeds: collections.map(({ id, title }) => ({ title: named(title), path: collectionPath(id) })),
        },
      ],
    })
    return c.body(body, 200, { 'content-type': 'text/x-opml; charset=utf-8' })
  }
}
