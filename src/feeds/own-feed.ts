import { ServiceAway, type OutgoingClient } from '../outgoing/client.ts'
import type { Hub, ReadFeed } from '../webhooks/hub/hub.ts'
import { linksOf } from './feed-head.ts'
import { FEED_FORMATS } from './formats.ts'

type Answer = { status: number; header: (name: string) => string | null; body: () => Promise<string> }

/** Feeds of our own, for processes that do not serve the site themselves. */
const OWN_SITE = { name: 'own feeds', intervalMs: 50 }
const MOST_BYTES = 5_000_000

/**
 * What an answer of this site is for the hub: a feed, `none` where there is none for everybody or its own address is another,
 * and `away` where that cannot be told now.
 */
async function feedIn(
  { status, header, body }: Answer,
  { origin, path }: { origin: string; path: string },
): Promise<ReadFeed | 'none' | 'away'> {
  if (status === 429 || status >= 500) return 'away'
  const type = header('content-type') ?? ''
  const isFeed = FEED_FORMATS.some((format) => type.startsWith(format.type))
  const isIts = header('link') === linksOf({ feedUrl: origin + path, origin })
  return status === 200 && isFeed && isIts ? { type, body: await body() } : 'none'
}

/** Reads feeds where they are made, in this process. */
export function feedsMadeHere(
  ask: (request: Request) => Response | Promise<Response>,
  { origin }: { origin: () => string },
): Hub['readFeed'] {
  return async (path, { signal }) => {
    // The server does not listen yet.
    if (origin() === '') return 'away'
    const answer = await ask(new Request(origin() + path, { signal }))
    const { status, headers } = answer
    return feedIn(
      { status, header: (name) => headers.get(name), body: () => answer.text() },
      { origin: origin(), path },
    )
  }
}

/** Reads feeds from the processes that serve the site, at its address. */
export function feedsServedAt(
  origin: () => Promise<string>,
  { client }: { client: OutgoingClient },
): Hub['readFeed'] {
  return async (path, { signal }) => {
    const site = await origin()
    try {
      const { status, headers, body } = await client.request(OWN_SITE, new URL(site + path), {
        signal,
        mostBytes: MOST_BYTES,
      })
      const header = (name: string) => {
        const value = headers[name]
        return typeof value === 'string' ? value : null
      }
      return await feedIn({ status, header, body: async () => String(body) }, { origin: site, path })
    } catch (error) {
      if (error instanceof ServiceAway) return 'away'
      throw error
    }
  }
}
