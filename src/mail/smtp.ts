import { createTransport } from 'nodemailer'
import type { Composed } from './compose.ts'
import type { SendOutcome } from './message.ts'
import { sortFailure } from './smtp-failure.ts'

/** A mail server. `server` is its address without what is secret. */
export type Smtp = {
  kind: 'smtp'
  server: string
  send(mail: Composed): Promise<SendOutcome>
  close(): Promise<void>
}

/** Connections held to the server at most: as many as mails are under way at once (deliver-mail.ts). */
const CONNECTIONS = 5
/** No mail is under way longer, however slowly its server speaks: it must end before others take it for lost. */
const SEND_MS = 120_000
/** Mails under way get so long to finish when the mailer closes. */
const GRACE_MS = 3_000

/** Connects with the first mail, keeps its connections for a while, uses STARTTLS where it is offered. */
export function openSmtp(smtpUrl: string): Smtp {
  const url = URL.parse(smtpUrl)
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    // The URL itself may hold a password.
    throw new Error('SMTP_URL must be a URL such as smtp://user:password@mail.example.org:587.')
  }
  const password = decoded(url.password)
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: CONNECTIONS,
    // A mail comes through though the server has hung up on each of them.
    maxRequeues: CONNECTIONS,
    connectionTimeout: 20_000,
    greetingTimeout: 20_000,
    dnsTimeout: 10_000,
    socketTimeout: 60_000,
    idleTimeout: 30_000,
    // Somebody in between could hide that the server offers STARTTLS, and read the password.
    requireTLS: password !== '' && !isThisMachine(url.hostname),
  })
  const underWay = new Set<Promise<SendOutcome>>()
  const closing = new AbortController()

  async function sendNow(mail: Composed): Promise<SendOutcome> {
    try {
      await transport.sendMail({
        ...mail,
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(SEND_MS)]),
      })
      return { ok: true }
    } catch (error) {
      const { permanent, reason } = sortFailure(error)
      return { ok: false, permanent, reason: password === '' ? reason : reason.replaceAll(password, '***') }
    }
  }
  return {
    kind: 'smtp',
    server: `${url.protocol}//${url.host}`,
    async send(mail) {
      const sending = sendNow(mail)
      underWay.add(sending)
      return sending.finally(() => underWay.delete(sending))
    },
    async close() {
      transport.close()
      const cutOff = setTimeout(() => {
        closing.abort()
        transport.close({ force: true })
      }, GRACE_MS)
      await Promise.all(underWay)
      clearTimeout(cutOff)
    },
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // nodemailer too takes it as it stands.
    return text
  }
}

function isThisMachine(hostname: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i.test(hostname)
}
