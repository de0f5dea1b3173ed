import { sql, type Kysely } from 'kysely'
import { notify } from '../db/channels.ts'
import type { Database } from '../db/schema.ts'

const HOUR = 3_600_000
/** What a curator sends again is worth sending for so long, however late it is. */
const WORTH_SENDING_MS = 12 * HOUR

/** An issue of which nobody knows whether it arrived; never with the address of its reader. */
export type InDoubt = {
  id: number
  runId: number
  /** null, as its domain, once its reader has left. */
  list: string | null
  domain: string | null
  period: string
  reason: string
  since: Date
}

/** The issues in doubt, the oldest first. */
export async function issuesInDoubt(db: Kysely<Database>, { limit }: { limit: number }): Promise<InDoubt[]> {
  const { rows } = await sql<InDoubt>`
    select i.id, i.run_id as "runId", s.list, b.domain, i.period, coalesce(i.failure, '') as reason, i.composed_at as since
    from digest_issues i left join subscriptions s on s.id = i.subscription_id
      left join subscribers b on b.id = s.subscriber_id
    where i.state = 'in doubt' order by i.id limit ${limit}`.execute(db)
  return rows
}

/**
 * Decides on issues in doubt, on one or all of a run or all there are: `send` them again, or take them for `sent`. They may so
 * arrive a second time, with the same Message-ID. What has no reader any more is given up instead. Answers how many there
 * were.
 */
export async function decideInDoubt(
  db: Kysely<Database>,
  { of, as, now }: { of: { id: number } | { runId: number } | 'all'; as: 'send' | 'sent'; now: Date },
): Promise<number> {
  const which = of === 'all' ? sql`` : 'id' in of ? sql`and id = ${of.id}` : sql`and run_id = ${of.runId}`
  const { numAffectedRows } = await sql`
    update digest_issues set
      state = case when ${as === 'sent'} then 'sent' when subscription_id is null then 'given up' else 'waiting' end,
      due_again_at = case when ${as === 'send'} and subscription_id is not null then ${now}::timestamptz end,
      expires_at = greatest(expires_at, ${new Date(now.getTime() + WORTH_SENDING_MS)}), failure = null
    where state = 'in doubt' ${which}`.execute(db)
  await notify(db, 'digests')
  return Number(numAffectedRows ?? 0n)
}
