import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

type IssueState = 'sent' | 'in doubt' | 'published' | 'sending'

/** Forgets who gets digests, and what was sent and reported. */
export async function forgetDigests(db: Kysely<Database>): Promise<void> {
  await sql`delete from mail_reports`.execute(db)
  await sql`delete from digest_runs`.execute(db)
  await sql`delete from subscribers`.execute(db)
}

/** A subscription to a list, of a new subscriber or one who is there; null is the archive. */
export async function subscribed(
  db: Kysely<Database>,
  { email = 'ada@readers.example', list = '/', now }: { email?: string | null; list?: string; now: Date },
): Promise<{ subscriberId: number; subscriptionId: number }> {
  const found = await db.selectFrom('subscribers').select('id').where('email', '=', email).executeTakeFirst()
  const { id: subscriberId } =
    found ??
    (await db
      .insertInto('subscribers')
      .values({ email, created_at: now })
      .returning('id')
      .executeTakeFirstOrThrow())
  const { id: subscriptionId } = await db
    .insertInto('subscriptions')
    .values({
      subscriber_id: subscriberId,
      list,
      every: 'day',
      hour: 8,
      time_zone: 'UTC',
      weekdays: 127,
      length: 10,
      created_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { subscriberId, subscriptionId }
}

/** An issue of a subscription, of a period of its own; answers its number. */
export async function sentIssue(
  db: Kysely<Database>,
  { subscriptionId, state = 'sent', now }: { subscriptionId: number | null; state?: IssueState; now: Date },
): Promise<number> {
  const { id: runId } = await db
    .insertInto('digest_runs')
    .values((eb) => ({
      every: 'day',
      period: sql<string>`'period ' || ${eb.selectFrom('digest_runs').select(eb.fn.countAll().as('runs'))}`,
      begun_at: now,
    }))
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id } = await db
    .insertInto('digest_issues')
    .values({
      run_id: runId,
      subscription_id: subscriptionId,
      period: `period ${runId}`,
      due_at: now,
      composed_at: now,
      expires_at: new Date(now.getTime() + 24 * 3_600_000),
      state,
      content: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}
