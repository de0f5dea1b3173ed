import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { IS_ON } from './is-on.ts'

/** What is composed, for somebody who still wants it, and was not tried yet. */
export type Unsent = {
  waiting: number
  /** On its way, in whatever process. */
  sending: number
  /** Of runs that are paused. */
  paused: number
  /** When the first of those that wait may go; a rate may hold it up. */
  nextAt: Date | null
}

/** Counts what is still to be sent for the first time. */
export async function unsentIssues(db: Kysely<Database>, { now }: { now: Date }): Promise<Unsent> {
  const { rows } = await sql<Unsent>`
    select count(*) filter (where i.state = 'waiting' and r.paused_at is null) as waiting,
      count(*) filter (where i.state = 'sending') as sending,
      count(*) filter (where i.state = 'waiting' and r.paused_at is not null) as paused,
      min(i.due_again_at) filter (where i.state = 'waiting' and r.paused_at is null) as "nextAt"
    from digest_issues i
      join digest_runs r on r.id = i.run_id
      join subscriptions s on s.id = i.subscription_id
      join subscribers b on b.id = s.subscriber_id
    where (i.state = 'sending' or (i.state = 'waiting' and i.attempts = 0 and i.expires_at > ${now}))
      and ${IS_ON}`.execute(db)
  return rows[0] ?? { waiting: 0, sending: 0, paused: 0, nextAt: null }
}
