import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** How the queue of mail gets on. */
export type MailFigures = {
  waiting: number
  /** Of the mail that waits longest, in seconds; 0 where none waits. */
  oldestSeconds: number
  /** Given up and still remembered. */
  failed: number
}

/** Nobody needs to know more exactly how many there are beyond so many. */
const COUNTED = 10_000

/** Counts by indexes, and no further than makes a difference. */
export async function mailFigures(db: Kysely<Database>, { now }: { now: Date }): Promise<MailFigures> {
  const { rows } = await sql<MailFigures>`
    select
      (select count(*) from (select from outgoing_mail where due_at is not null limit ${COUNTED}) w) as waiting,
      coalesce((select greatest(0, extract(epoch from ${now}::timestamptz - min(queued_at)))
        from (select queued_at from outgoing_mail where due_at is not null limit ${COUNTED}) w), 0)::float8 as "oldestSeconds",
      (select count(*) from (select from outgoing_mail where due_at is null and sent_at is null limit ${COUNTED}) f) as failed
  `.execute(db)
  return rows[0] ?? { waiting: 0, oldestSeconds: 0, failed: 0 }
}
