import { join } from 'node:path'
import type { Config } from '../config.ts'
import { readDkimKey } from '../mail/dkim-key.ts'
import { openMailer, senderOf, type Mailer } from '../mail/mailer.ts'
import type { Logger } from '../runtime/log.ts'
import { UsageError } from './usage-error.ts'

/** As many as digests and account mails are under way at once. */
const CONNECTIONS = 12

/** The way for mails to leave, as it is set. Throws a `UsageError` when the key to sign them with cannot be used. */
export function mailerFor(config: Config, { log }: { log: Logger }): Mailer {
  const read = config.dkim && readDkimKey(config.dkim)
  if (read && !read.ok) throw new UsageError(read.reason)
  return openMailer({
    smtpUrl: config.smtpUrl,
    routes: config.smtpRoutes,
    dkim: read && read.key,
    replyTo: config.mailReplyTo,
    outboxFolder: join(config.dataFolder, 'outbox'),
    from: senderOf(config),
    connections: CONNECTIONS,
    log,
  })
}
