import { generateOpml } from 'feedsmith'
import { feedAddress } from './formats.ts'

/** A feed in a list of feeds, by the addresses of its page and of its feeds without their suffix, from the root. */
export type ListedFeed = { title: string; path: string; feedPath?: string }

/** Lists of feeds, to be taken over into a feed reader: OPML 2.0, each group an outline of its own. */
export function feedsAsOpml(
  site: { name: string; origin: string },
  { title, groups }: { title: string; groups: { title: string; feeds: ListedFeed[] }[] },
): string {
  return generateOpml({
    head: { title, ownerName: site.name, ownerId: site.origin, docs: 'https://opml.org/spec2.opml' },
    body: {
      outlines: groups
        .filter(({ feeds }) => feeds.length > 0)
        .map((group) => ({
          text: group.title,
          title: group.title,
          outlines: group.feeds.map(({ title: name, path, feedPath = path }) => ({
            text: name,
            title: name,
            // Whatever the format of the feed is: so says the specification.
            type: 'rss',
            xmlUrl: site.origin + feedAddress(feedPath, '.atom'),
            htmlUrl: site.origin + path,
          })),
        })),
    },
  })
}
