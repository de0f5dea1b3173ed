import type { Logger } from '../runtime/log.ts'
import { composeMail, parseSender, safeId } from './compose.ts'
import type { Message, SendOutcome } from './message.ts'
import { openOutbox } from './outbox.ts'
import { openSmtp } from './smtp.ts'

/** A way for mails to leave. `send` answers every failure as an outcome. */
export type Mailer = {
  kind: 'smtp' | 'outbox'
  send(message: Message): Promise<SendOutcome>
  /** Ends what is under way, within seconds, and leaves the server. */
  close(): Promise<void>
}

/**
 * Opens the way for mails to leave: the server at `smtpUrl` (smtp:// or smtps://, user and password in it, nodemailer's
 * options as its query), or, where it is null, files in a folder. `from` is `Name <address>`. Connects when the first mail
 * is sent. Throws when `smtpUrl` or `from` is malformed.
 */
export function openMailer({
  smtpUrl,
  outboxFolder,
  from,
  log,
}: {
  smtpUrl: string | null
  outboxFolder: string
  from: string
  log: Logger
}): Mailer {
  const sender = parseSender(from)
  const way = smtpUrl === null ? openOutbox(outboxFolder) : openSmtp(smtpUrl)
  if (way.kind === 'outbox') {
    log.info(
      { folder: outboxFolder },
      'SMTP_URL is not set: every mail is written to a file in the outbox folder',
    )
  } else log.info({ server: way.server }, 'mails are sent by SMTP')
  return {
    kind: way.kind,
    async send(message) {
      const composed = composeMail(message, sender)
      const outcome: SendOutcome = composed.ok
        ? await way.send(composed.mail, { id: safeId(message.id) })
        : { ok: false, permanent: true, reason: composed.reason }
      if (!outcome.ok) {
        log.warn(
          { mail: message.id, permanent: outcome.permanent, reason: outcome.reason },
          'a mail was not sent',
        )
      }
      return outcome
    },
    close: way.close,
  }
}
