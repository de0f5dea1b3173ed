/** The kinds of feed, by the suffix of a list's address. */
export const FEED_FORMATS = [
  { suffix: '.atom', type: 'application/atom+xml', name: 'Atom' },
  { suffix: '.rss', type: 'application/rss+xml', name: 'RSS' },
  { suffix: '.feed.json', type: 'application/feed+json', name: 'JSON Feed' },
] as const

export type FeedSuffix = (typeof FEED_FORMATS)[number]['suffix']

/** Where a feed or a file of a list stands, from the address of the list: the suffix comes after its path, before its query. */
export function feedAddress(list: string, suffix: `.${string}`): string {
  const end = list.includes('?') ? list.indexOf('?') : list.length
  return list.slice(0, end) + suffix + list.slice(end)
}
