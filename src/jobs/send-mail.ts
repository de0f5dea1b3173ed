import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { deliverDueMail, giveUpExpiredMail } from '../mail/deliver-mail.ts'
import type { Mailer } from '../mail/mailer.ts'
import type { Logger } from '../runtime/log.ts'
import type { Job } from './job.ts'

/**
 * Sends the mail that is due. A job that sends only what is urgent, beside the one that sends everything, is never kept
 * waiting by a round of slow mail.
 */
export function sendMail(
  db: Kysely<Database>,
  mailer: Mailer,
  { which, log, now }: { which: 'any' | 'urgent'; log: Logger; now: () => Date },
): Job {
  return {
    name: which === 'any' ? 'mail' : 'urgent mail',
    everyMs: 30_000,
    retryMs: 2_000,
    async work(signal) {
      const expired = await giveUpExpiredMail(db, { now: now() })
      if (expired > 0) log.warn({ mails: expired }, 'mails expired before they could be sent')
      await deliverDueMail(db, mailer, { which, now, signal })
      return undefined
    },
  }
}
