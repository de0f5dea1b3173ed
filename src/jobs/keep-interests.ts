import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { keepNextInterests } from '../recommendation/keep-interests.ts'
import { TasteAway, type Taste } from '../recommendation/taste.ts'
import type { Job } from './job.ts'

/** Keeps the interests found in what readers do. Their pages go by what they did at once; this gives names and numbers. */
export function keepFoundInterests(
  db: Kysely<Database>,
  { taste, now }: { taste: Taste; now: () => Date },
): Job {
  return {
    name: 'interests',
    everyMs: 5_000,
    retryMs: 5_000,
    async work(signal) {
      try {
        const { done } = await keepNextInterests(db, taste, { now, signal })
        return done ? undefined : 'again'
      } catch (error) {
        if (!(error instanceof TasteAway)) throw error
        return { restMs: AWAY_REST_MS }
      }
    },
  }
}

const AWAY_REST_MS = 30_000
