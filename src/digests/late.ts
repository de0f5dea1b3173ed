import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { IS_ON } from './is-on.ts'

/** A digest is late this long after it was due. */
const LATE_AFTER_MS = 3_600_000
/** What was due so long ago is known to be missing, and somebody was told. */
const LOOKED_BACK_MS = 14 * 24 * 3_600_000

/** What should have gone out and has not. */
export type Late = {
  /** Subscriptions that are due, of which nothing was composed. */
  uncomposed: number
  /** Issues that are composed and neither sent nor decided otherwise. */
  unsent: number
  /** When the first of all these was due. */
  since: Date
}

/** What is later than an hour; null where nothing is. What a curator has paused waits for them, and is not late. */
export async function lateDigests(db: Kysely<Database>, { now }: { now: Date }): Promise<Late | null> {
  const before = new Date(now.getTime() - LATE_AFTER_MS)
  const { rows } = await sql<{ uncomposed: number; unsent: number; since: Date | null }>`
    with uncomposed as (
      select count(*) as n, min(s.next_at) as since
      from subscriptions s join subscribers b on b.id = s.subscriber_id
      where s.confirmed_at is not null and s.next_at < ${before} and b.email is not null and ${IS_ON}
    ), unsent as (
      select count(*) as n, min(i.due_at) as since
      from digest_issues i join digest_runs r on r.id = i.run_id
        join subscriptions s on s.id = i.subscription_id join subscribers b on b.id = s.subscriber_id
      where ${IS_ON} and i.state in ('waiting', 'sending') and i.due_at < ${before}
        and i.due_at > ${new Date(now.getTime() - LOOKED_BACK_MS)}
        and (r.paused_at is null or r.pause_reason is not null)
        -- A receiver that puts everybody off at first is no fault of ours.
        and not (i.attempts > 0 and i.composed_at > ${new Date(now.getTime() - 3 * LATE_AFTER_MS)})
    )
    select u.n as uncomposed, i.n as unsent, least(u.since, i.since) as since from uncomposed u, unsent i`.execute(
    db,
  )
  const row = rows[0]
  return row?.since ? { uncomposed: row.uncomposed, unsent: row.unsent, since: row.since } : null
}
