import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { deliverDueMail, giveUpExpiredMail } from '../mail/deliver-mail.ts'
import { NO_RATES, type MailRates } from '../mail/mail-rate.ts'
import type { Mailer } from '../mail/mailer.ts'
import type { Logger } from '../runtime/log.ts'
import type { Job } from './job.ts'

const EVERY_MS = 30_000

/**
 * Sends the mail that is due. A job that sends only what is urgent, beside the one that sends everything, is never kept
 * waiting by a round of slow mail.
 */
export function sendMail(
  db: Kysely<Database>,
  mailer: Mailer,
  {
    which,
    rates = NO_RATES,
    log,
    now,
  }: { which: 'any' | 'urgent'; rates?: MailRates; log: Logger; now: () => Date },
): Job {
  return {
    name: which === 'any' ? 'mail' : 'urgent mail',
    everyMs: EVERY_MS,
    retryMs: 2_000,
    async work(signal) {
      const expired = await giveUpExpiredMail(db, { now: now() })
      if (expired > 0) log.warn({ mails: expired }, 'mails expired before they could be sent')
      const { heldUntil } = await deliverDueMail(db, mailer, { which, rates, now, signal })
      if (heldUntil === undefined) return undefined
      // Mail that is queued meanwhile waits as long. Urgent mail has a job of its own.
      return { restMs: Math.min(Math.max(0, heldUntil.getTime() - now().getTime()), EVERY_MS) }
    },
  }
}
