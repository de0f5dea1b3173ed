import type { Kysely } from 'kysely'
import { countWithin, RATE_LIMITS } from '../accounts/rate-limits.ts'
import type { Database } from '../db/schema.ts'

/**
 * Counts one more comment of a reader: in how many seconds they can comment again, or null if they can now. New accounts
 * have a limit of their own. What is refused for another reason is not to be counted: look at that first.
 */
export async function waitForComment(
  db: Kysely<Database>,
  { reader, now }: { reader: { id: string; trusted: boolean }; now: Date },
): Promise<number | null> {
  const limits = reader.trusted ? [RATE_LIMITS.comment] : [RATE_LIMITS.comment, RATE_LIMITS.newComment]
  for (const limit of limits) {
    const counted = await countWithin(db, { limit, of: reader.id, now })
    if (!counted.ok) return counted.retryAfterSeconds
  }
  return null
}
