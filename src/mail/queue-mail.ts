import { sql, type Kysely } from 'kysely'
import { CHANNELS } from '../db/channels.ts'
import type { Database } from '../db/schema.ts'

/** A mail to be sent. */
export type MailToQueue = {
  /**
   * Names it once and for all: queueing it again has no effect, for as long as sent mails are remembered. It can be read
   * out of the Message-ID, so it holds no secret.
   */
  key: string
  to: string
  subject: string
  text: string
  html?: string | null
  headers?: Record<string, string>
  /** Somebody waits for it: it goes before mail that nobody waits for. */
  urgent?: boolean
  /** It is not sent after that: what it says no longer holds. */
  expiresAt?: Date
}

/**
 * Queues a mail, in the caller's transaction when it is given one: then the mail goes out if and only if that is
 * committed. Answers whether it is new.
 */
export async function queueMail(
  db: Kysely<Database>,
  mail: MailToQueue,
  { now }: { now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    with queued as (
      insert into outgoing_mail (key, recipient, subject, text_body, html_body, headers, queued_at, due_at, urgent,
        expires_at)
      values (${mail.key}, ${mail.to}, ${mail.subject}, ${mail.text}, ${mail.html ?? null},
        ${JSON.stringify(mail.headers ?? {})}, ${now}, ${now},
        ${mail.urgent ?? false}, ${mail.expiresAt ?? null})
      on conflict (key) do nothing
      returning id
    )
    select pg_notify(${CHANNELS.mail}, '') from queued
  `.execute(db)
  return rows.length > 0
}
