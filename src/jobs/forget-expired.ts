import type { Kysely } from 'kysely'
import { forgetKeptAnswers } from '../accounts/do-once.ts'
import { forgetUsedProofs } from '../accounts/proof-of-work.ts'
import { forgetRates } from '../accounts/rate-limits.ts'
import { forgetExpired as forgetExpiredSessions } from '../accounts/sessions.ts'
import type { Database } from '../db/schema.ts'
import { forgetReports } from '../digests/bounces.ts'
import { forgetOldDigests } from '../digests/forget-old.ts'
import { forgetOldMail } from '../mail/deliver-mail.ts'
import { forgetSeen } from '../recommendation/forget-seen.ts'
import { forgetDeliveries } from '../webhooks/tell.ts'
import { forgetRuns } from '../sources/runs.ts'
import type { Job } from './job.ts'

/** Runs of sources are shown for so long. */
const RUNS_KEPT_MS = 90 * 24 * 3_600_000
/** What readers were shown on their own front pages is known for so long: its papers are in no new edition. */
const SEEN_KEPT_MS = 365 * 24 * 3_600_000

/** Removes what has expired: sessions and links, counts of rate limits, used proofs, answers kept for
 * programs that ask again, mail sent long ago, reports of bounces, what old digests said, and what readers were shown. */
export function forgetExpired(db: Kysely<Database>, { now }: { now: () => Date }): Job {
  return {
    name: 'expired',
    everyMs: 6 * 3_600_000,
    async work() {
      await forgetExpiredSessions(db, { now: now() })
      await forgetRates(db, { now: now() })
      await forgetUsedProofs(db, { now: now() })
      await forgetKeptAnswers(db, { now: now() })
      await forgetOldMail(db, { now: now() })
      await forgetReports(db, { now: now() })
      await forgetOldDigests(db, { now: now() })
      await forgetRuns(db, { before: new Date(now().getTime() - RUNS_KEPT_MS) })
      await forgetDeliveries(db, { now: now() })
      await forgetSeen(db, { before: new Date(now().getTime() - SEEN_KEPT_MS) })
      return undefined
    },
  }
}
