import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { forgetRates } from '../accounts/rate-limits.ts'
import { forgetExpired } from '../accounts/sessions.ts'
import { findSuspicions } from '../moderation/find-suspicions.ts'
import type { Config } from '../config.ts'
import { isConnectionLost } from '../db/connect.ts'
import { listen } from '../db/listen.ts'
import type { DatabaseAddress } from '../db/open.ts'
import type { Database } from '../db/schema.ts'
import type { Logger } from '../runtime/log.ts'
import { deliverDueMail, forgetOldMail } from '../mail/deliver-mail.ts'
import { openMailer } from '../mail/mailer.ts'
import { MAIL_QUEUED } from '../mail/queue-mail.ts'
import { repeat } from '../runtime/repeat.ts'

const SECOND = 1_000
const HOUR = 3_600 * SECOND

/** The work that nobody waits for: mail on its way, looking for arranged votes, forgetting what is over. */
export function startJobs(
  db: Kysely<Database>,
  { config, address, log, now }: { config: Config; address: DatabaseAddress; log: Logger; now: () => Date },
): { close(): Promise<void> } {
  const mailer = openMailer({
    smtpUrl: config.smtpUrl,
    outboxFolder: join(config.dataFolder, 'outbox'),
    from: config.mailFrom ?? `no-reply@${URL.parse(config.publicUrl ?? '')?.hostname ?? 'localhost'}`,
    log,
  })
  const onError = (job: string) => (error: unknown) => {
    if (isConnectionLost(error)) log.warn({ job }, 'a job waits for the database')
    else log.error({ job, error: String((error as Error).stack ?? error) }, 'a job failed')
  }
  const mail = repeat(() => deliverDueMail(db, mailer, { now }), {
    everyMs: 30 * SECOND,
    onError: onError('mail'),
  })
  const mailListener = listen(address, { channel: MAIL_QUEUED, onNotice: mail.wake, log })
  const suspicions = repeat(() => findSuspicions(db, { now: now() }), {
    everyMs: HOUR / 4,
    onError: onError('suspicious votes'),
  })
  const housekeeping = repeat(
    async () => {
      await forgetExpired(db, { now: now() })
      await forgetRates(db, { now: now() })
      await forgetOldMail(db, { now: now() })
    },
    { everyMs: 6 * HOUR, onError: onError('housekeeping') },
  )
  return {
    async close() {
      await mailListener.close()
      await Promise.all([mail.close(), suspicions.close(), housekeeping.close()])
      await mailer.close()
    },
  }
}
