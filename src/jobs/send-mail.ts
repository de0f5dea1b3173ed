import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { deliverDueMail } from '../mail/deliver-mail.ts'
import type { Mailer } from '../mail/mailer.ts'
import type { Job } from './job.ts'

/** Sends the mail that is due. */
export function sendMail(db: Kysely<Database>, mailer: Mailer, { now }: { now: () => Date }): Job {
  return {
    name: 'mail',
    everyMs: 30_000,
    retryMs: 2_000,
    async work(signal) {
      await deliverDueMail(db, mailer, { now, signal })
      return undefined
    },
  }
}
