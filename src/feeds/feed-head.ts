/** What a feed says of itself, whatever is in it. Addresses are absolute. */
export type FeedHead = {
  title: string
  description: string
  /** The page of the list. */
  pageUrl: string
  /** The feed itself. */
  feedUrl: string
  origin: string
  siteName: string
}

/** Where programs subscribe to a feed, to be sent what is new instead of asking for it. */
function hubUrl({ origin }: Pick<FeedHead, 'origin'>): string {
  return `${origin}/websub`
}

/** The header that says the same of a feed as is written in it (WebSub, section 4), so that nobody has to read it. */
export function linksOf(feed: Pick<FeedHead, 'feedUrl' | 'origin'>): string {
  return `<${hubUrl(feed)}>; rel="hub", <${feed.feedUrl}>; rel="self"`
}

/** `updated`: when anything in it last changed, not the time of asking, so that an unchanged feed stays the same. */
export function atomHead(feed: FeedHead, { updated }: { updated: Date }) {
  return {
    id: feed.feedUrl,
    title: { value: feed.title },
    subtitle: { value: feed.description },
    updated,
    authors: [{ name: feed.siteName, uri: feed.origin }],
    links: [
      { href: feed.feedUrl, rel: 'self', type: 'application/atom+xml' },
      { href: hubUrl(feed), rel: 'hub' },
      { href: feed.pageUrl, rel: 'alternate', type: 'text/html' },
    ],
  }
}

export function rssHead(feed: FeedHead, { updated }: { updated: Date }) {
  return {
    title: feed.title,
    link: feed.pageUrl,
    description: feed.description,
    language: 'en',
    lastBuildDate: updated,
    atom: {
      links: [
        { href: feed.feedUrl, rel: 'self', type: 'application/rss+xml' },
        { href: hubUrl(feed), rel: 'hub' },
      ],
    },
  }
}

export function jsonHead(feed: FeedHead) {
  return {
    title: feed.title,
    description: feed.description,
    home_page_url: feed.pageUrl,
    feed_url: feed.feedUrl,
    hubs: [{ type: 'WebSub', url: hubUrl(feed) }],
    language: 'en',
  }
}
