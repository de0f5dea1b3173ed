import type { Logger } from '../runtime/log.ts'
import { composeMail, parseSender, safeId, type Composed } from './compose.ts'
import type { DkimKey } from './dkim-key.ts'
import type { Message, SendOutcome } from './message.ts'
import { openOutbox } from './outbox.ts'
import { openSmtp } from './smtp.ts'
import type { SmtpRoute } from './smtp-routes.ts'

/** A way for mails to leave. `send` answers every failure as an outcome. */
export type Mailer = {
  kind: 'smtp' | 'outbox'
  send(message: Message): Promise<SendOutcome>
  /** Ends what is under way, within seconds, and leaves the server. */
  close(): Promise<void>
}

/** Connections held to one server at most: as many as account mails are under way at once (deliver-mail.ts). */
const CONNECTIONS = 5

/** Where mails come from as it is set, or else nobody at the host of the site, where no answer arrives. */
export function senderOf({
  mailFrom,
  publicUrl,
  siteName,
}: {
  mailFrom: string | null
  publicUrl: string | null
  siteName: string
}): string {
  const address = mailFrom ?? `no-reply@${URL.parse(publicUrl ?? '')?.hostname ?? 'localhost'}`
  // In quotation marks a name may have commas and the like, but none of these.
  return `"${siteName.replaceAll(/["\\<>\p{Cc}]/gu, ' ').trim()}" <${address}>`
}

/** Somewhere that composed mails go. */
type Way = {
  send(mail: Composed, naming: { id: string }): Promise<SendOutcome>
  close(): Promise<void>
}

/**
 * Opens the way for mails to leave: the server at `smtpUrl` (smtp:// or smtps://, user and password in it, nodemailer's
 * options as its query), or, where it is null, files in a folder. Mail to a domain that `routes` name goes through the
 * server named there. Mail by SMTP is signed with `dkim`, read by `readDkimKey`. `from` is `Name <address>`, and answers
 * go to `replyTo`. At most `connections` are held to each server. Connects when the first mail is sent. Throws when a URL
 * or `from` is malformed.
 */
export function openMailer({
  smtpUrl,
  routes = [],
  dkim = null,
  replyTo = null,
  outboxFolder,
  from,
  connections = CONNECTIONS,
  log,
}: {
  smtpUrl: string | null
  routes?: SmtpRoute[]
  dkim?: DkimKey | null
  replyTo?: string | null
  outboxFolder: string
  from: string
  connections?: number
  log: Logger
}): Mailer {
  const sender = parseSender(from)
  const ways: Way[] = []
  const opened = <W extends Way>(way: W): W => {
    ways.push(way)
    return way
  }
  const routed = new Map<string, Way>()
  let usual: Way
  if (smtpUrl === null) {
    usual = opened(openOutbox(outboxFolder))
    log.info(
      { folder: outboxFolder },
      'SMTP_URL is not set: every mail is written to a file in the outbox folder',
    )
  } else {
    const smtp = opened(openSmtp(smtpUrl, { connections, dkim }))
    usual = smtp
    log.info({ server: smtp.server }, 'mails are sent by SMTP')
    const servers = new Map([[smtpUrl, smtp]])
    for (const { domain, url } of routes) {
      const server = servers.get(url) ?? opened(openSmtp(url, { connections, dkim, setting: 'SMTP_ROUTES' }))
      servers.set(url, server)
      routed.set(domain, server)
      log.info({ domain, server: server.server }, 'mails to a domain are sent by SMTP')
    }
  }
  return {
    kind: smtpUrl === null ? 'outbox' : 'smtp',
    async send(message) {
      const composed = composeMail(message, sender, { replyTo })
      const outcome: SendOutcome = composed.ok
        ? await wayFor(composed.mail).send(composed.mail, { id: safeId(message.id) })
        : composed
      if (!outcome.ok) {
        const { kind, about, status, inDoubt, reason } = outcome
        log.warn({ mail: message.id, kind, about, status, inDoubt, reason }, 'a mail was not sent')
      }
      return outcome
    },
    async close() {
      await Promise.all(ways.map((way) => way.close()))
    },
  }

  function wayFor({ to }: Composed): Way {
    return routed.get(to.address.slice(to.address.lastIndexOf('@') + 1)) ?? usual
  }
}
