/** The kinds of feed, by the suffix of a list's address. */
export const FEED_FORMATS = [
  { suffix: '.atom', type: 'application/atom+xml', name: 'Atom' },
  { suffix: '.rss', type: 'application/rss+xml', name: 'RSS' },
  { suffix: '.feed.json', type: 'application/feed+json', name: 'JSON Feed' },
] as const

export type FeedSuffix = (typeof FEED_FORMATS)[number]['suffix']
