import type { Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'
import type { OutgoingClient } from '../../outgoing/client.ts'

// WebSub, W3C Recommendation of 23 January 2018 (https://www.w3.org/TR/websub/).

/** A feed of this site as anybody gets it. */
export type ReadFeed = { type: string; body: string }

/** What the hub works with. */
export type Hub = {
  db: Kysely<Database>
  client: OutgoingClient
  /** Of the site, without a slash at the end. */
  origin: () => string | Promise<string>
  /**
   * Reads what is at an address of this site, as somebody who is not signed in. `none` where that is no feed, or the feed of
   * something else; `away` where it cannot be told now.
   */
  readFeed: (path: string, options: { signal: AbortSignal }) => Promise<ReadFeed | 'none' | 'away'>
  now: () => Date
  signal: AbortSignal
}

/** What is held is another's to hold after so long: whoever held it has died. Nothing in between takes longer. */
export const HELD_MS = 120_000
/** Subscribers have so long to answer. */
export const TIMEOUT_MS = 20_000
/** No subscriber has more to say. */
export const MOST_BYTES = 100_000

/** How politely the hosts of subscribers are asked: one after another, however many subscriptions they have. */
export function turnsOf(host: string) {
  return { name: `subscriber ${host}`, intervalMs: 100 }
}
