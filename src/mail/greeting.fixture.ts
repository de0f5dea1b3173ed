import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { queueMail, type MailToQueue } from './queue-mail.ts'

/** Queues a mail that holds what must not be kept. */
export function queueGreeting(
  db: Kysely<Database>,
  {
    name,
    to = `${name}@example.org`,
    now,
    ...order
  }: { name: string; to?: string | undefined; now: Date } & Pick<MailToQueue, 'urgent' | 'expiresAt'>,
): Promise<boolean> {
  return queueMail(
    db,
    {
      ...order,
      key: `greeting ${name}`,
      to,
      subject: `Good day, ${name}`,
      text: `A secret link for ${name}`,
      html: `<p>A secret link for ${name}</p>`,
      headers: { 'List-Unsubscribe': `<https://papers.example.org/unsubscribe?secret=${name}>` },
    },
    { now },
  )
}
