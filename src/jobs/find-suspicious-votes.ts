import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { findSuspicions } from '../moderation/find-suspicions.ts'
import type { Job } from './job.ts'

/** Looks for votes that seem arranged, for curators to decide on. */
export function findSuspiciousVotes(db: Kysely<Database>, { now }: { now: () => Date }): Job {
  return {
    name: 'suspicious votes',
    everyMs: 15 * 60_000,
    async work() {
      await findSuspicions(db, { now: now() })
      return undefined
    },
  }
}
