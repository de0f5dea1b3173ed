import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** How many webhooks tell, and how many deliveries wait. */
export type WebhookFigures = { active: number; paused: number; pausedByFailures: number; waiting: number }

/** Nobody needs to know more exactly how many there are beyond so many. */
const COUNTED = 10_000

export async function webhookFigures(db: Kysely<Database>): Promise<WebhookFigures> {
  const { rows } = await sql<WebhookFigures>`
    select count(*) filter (where paused_at is null) as active,
      count(*) filter (where paused_at is not null and pause_reason is null) as paused,
      count(*) filter (where pause_reason is not null) as "pausedByFailures",
      (select count(*) from (select from webhook_deliveries where due_at is not null limit ${COUNTED}) w) as waiting
    from webhooks`.execute(db)
  return rows[0] ?? { active: 0, paused: 0, pausedByFailures: 0, waiting: 0 }
}
