import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { ServiceAway, type OutgoingClient } from '../outgoing/client.ts'
import { fetchNextPicture } from '../pictures/fetch-next.ts'
import type { Job } from './job.ts'

/** While arXiv's pages are away, so long passes before they are asked again. */
const AWAY_MS = 30 * 60_000

/** Fetches the pictures of the papers at the head of the newest editions, one after another. */
export function fetchPictures(
  db: Kysely<Database>,
  options: { client: OutgoingClient; pagesUrl: string; now: () => Date },
): Job {
  return {
    name: 'pictures',
    everyMs: 5 * 60_000,
    async work(signal) {
      try {
        return (await fetchNextPicture(db, { ...options, signal })) ? 'again' : undefined
      } catch (error) {
        if (!(error instanceof ServiceAway)) throw error
        return { restMs: AWAY_MS }
      }
    },
  }
}
