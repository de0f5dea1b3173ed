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
  /** For one reader, at an address that only they know: no hub tells others of it. */
  isPrivate?: boolean
}

/** Where programs subscribe to a feed, to be sent what is new instead of asking for it; null for a private one. */
function hubUrl({ origin, isPrivate = false }: Pick<FeedHead, 'origin' | 'isPrivate'>): string | null {
  return isPrivate ? null : `${origin}/websub`
}

/** The header that says the same of a feed as is written in it (WebSub, section 4), so that nobody has to read it. */
export function linksOf(feed: Pick<FeedHead, 'feedUrl' | 'origin' | 'isPrivate'>): string {
  const hub = hubUrl(feed)
  return `${hub === null ? '' : `<${hub}>; rel="hub", `}<${feed.feedUrl}>; rel="self"`
}

/** `updated`: when anything in it last changed, not the time of asking, so that an unchanged feed stays the same. */
export function atomHead(feed: FeedHead, { updated }: { updated: Date }) {
  const hub = hubUrl(feed)
  return {
    id: feed.feedUrl,
    title: { value: feed.title },
    subtitle: { value: feed.description },
    updated,
    authors: [{ name: feed.siteName, uri: feed.origin }],
    links: [
      { href: feed.feedUrl, rel: 'self', type: 'application/atom+xml' },
      ...(hub === null ? [] : [{ href: hub, rel: 'hub' }]),
      { href: feed.pageUrl, rel: 'alternate', type: 'text/html' },
    ],
  }
}

export function rssHead(feed: FeedHead, { updated }: { updated: Date }) {
  const hub = hubUrl(feed)
  return {
    title: feed.title,
    link: feed.pageUrl,
    description: feed.description,
    language: 'en',
    lastBuildDate: updated,
    atom: {
      links: [
        { href: feed.feedUrl, rel: 'self', type: 'application/rss+xml' },
        ...(hub === null ? [] : [{ href: hub, rel: 'hub' }]),
      ],
    },
  }
}

export function jsonHead(feed: FeedHead) {
  const hub = hubUrl(feed)
  return {
    title: feed.title,
    description: feed.description,
    home_page_url: feed.pageUrl,
    feed_url: feed.feedUrl,
    ...(hub === null ? {} : { hubs: [{ type: 'WebSub', url: hub }] }),
    language: 'en',
  }
}
