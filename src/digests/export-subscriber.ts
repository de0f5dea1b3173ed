import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Subscriber } from './subscriptions.ts'

/** All that is kept of a subscriber, for them to take along. */
export async function exportSubscriber(db: Kysely<Database>, subscriber: Subscriber): Promise<object> {
  const { rows: issues } = await sql<object>`
    select s.list, i.period, i.due_at, i.state, i.sent_at, i.failure
    from digest_issues i join subscriptions s on s.id = i.subscription_id
    where s.subscriber_id = ${subscriber.id} order by i.id`.execute(db)
  const { rows: papers } = await sql<object>`
    select coalesce(p.address, d.paper_id::text) as paper, p.title, i.sent_at
    from digest_papers d left join papers p on p.id = d.paper_id left join digest_issues i on i.id = d.issue_id
    where d.subscriber_id = ${subscriber.id} order by d.issue_id, d.paper_id`.execute(db)
  return {
    email: subscriber.email,
    since: subscriber.createdAt,
    paused_at: subscriber.pausedAt,
    stopped_for: subscriber.suppressedFor,
    lists: subscriber.subscriptions.map(({ list, preferences, confirmedAt, pausedAt, nextAt }) => ({
      list,
      ...preferences,
      confirmed_at: confirmedAt,
      paused_at: pausedAt,
      next_at: nextAt,
    })),
    issues,
    papers,
  }
}
