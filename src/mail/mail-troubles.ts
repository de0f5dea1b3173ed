import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

const LOOKED_AT_MS = 7 * 24 * 3_600_000

/** What an operator wants to know of the queue of mail. */
export type MailTroubles = {
  /** Mails that were tried in vain and wait for another attempt. */
  postponed: number
  /** Mails queued in the last seven days that nobody will send any more, and why, the most frequent reason first. */
  givenUp: { reason: string; mails: number }[]
}

export async function mailTroubles(db: Kysely<Database>, { now }: { now: Date }): Promise<MailTroubles> {
  const { postponed } = await db
    .selectFrom('outgoing_mail')
    .select((eb) => eb.fn.countAll<number>().as('postponed'))
    .where('due_at', 'is not', null)
    .where('attempts', '>', 0)
    .executeTakeFirstOrThrow()
  const { rows: givenUp } = await sql<{ reason: string; mails: number }>`
    select failure as reason, count(*) as mails from outgoing_mail
    where failure is not null and queued_at > ${new Date(now.getTime() - LOOKED_AT_MS)}
    group by failure order by mails desc, failure limit 5
  `.execute(db)
  return { postponed, givenUp }
}
