import { createTransport } from 'nodemailer'
import type { Composed } from './compose.ts'
import type { DkimKey } from './dkim-key.ts'
import type { SendOutcome } from './message.ts'
import { sortFailure } from './smtp-failure.ts'

/** A mail server. `server` is its address without what is secret. */
export type Smtp = {
  kind: 'smtp'
  server: string
  send(mail: Composed): Promise<SendOutcome>
  close(): Promise<void>
}

/** No mail is under way longer, however slowly its server speaks: it must end before others take it for lost. */
const SEND_MS = 120_000
/** Mails under way get so long to finish when the mailer closes. */
const GRACE_MS = 3_000

/**
 * What a signature covers, where a mail has it. Both headers of one-click unsubscription have to be among them (RFC 8058),
 * and nothing that servers on the way add or change.
 */
const SIGNED_HEADERS = [
  'From',
  'Sender',
  'Reply-To',
  'Subject',
  'Date',
  'Message-ID',
  'To',
  'Cc',
  'In-Reply-To',
  'References',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'Auto-Submitted',
  'List-Id',
  'List-Help',
  'List-Archive',
  'List-Subscribe',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
].join(':')

/** What `sendMail` gets: the last one is ours, for the plugin below. */
type Handed = Composed & { signal: AbortSignal; onHandedOver: () => void }

/**
 * Connects with the first mail, keeps up to `connections` for a while, uses STARTTLS where it is offered. After a mail
 * that was refused nodemailer resets the connection (RSET) before the next one, and closes it where it broke in the
 * midst of one. `setting` is where an operator finds the URL. Throws when that is no URL of a mail server.
 */
export function openSmtp(
  smtpUrl: string,
  {
    connections,
    dkim = null,
    setting = 'SMTP_URL',
  }: { connections: number; dkim?: DkimKey | null; setting?: string },
): Smtp {
  const url = URL.parse(smtpUrl)
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    // The URL itself may hold a password.
    throw new Error(`${setting} must be a URL such as smtp://user:password@mail.example.org:587.`)
  }
  const secrets = secretsIn(url)
  const transport = createTransport({
    ...smtpOptions(smtpUrl),
    pool: true,
    maxConnections: connections,
    // A mail comes through though the server has hung up on each of them.
    maxRequeues: connections,
    socketTimeout: 60_000,
    idleTimeout: 30_000,
    ...(dkim && {
      dkim: {
        domainName: dkim.domain,
        keySelector: dkim.selector,
        privateKey: dkim.privateKey,
        headerFieldNames: SIGNED_HEADERS,
      },
    }),
  })
  // nodemailer does not tell how far a mail came. It reads its message only once the server has asked for it (354), and
  // sends the final dot when it has read all of it.
  transport.use('stream', (mail, done) => {
    const { message } = mail
    const { onHandedOver } = mail.data as unknown as Handed
    const createReadStream = message.createReadStream.bind(message)
    message.createReadStream = (options) => createReadStream(options).once('end', onHandedOver)
    done()
  })
  const underWay = new Set<Promise<SendOutcome>>()
  const sending = new Set<AbortController>()
  let isClosed = false

  async function sendNow(mail: Composed): Promise<SendOutcome> {
    let handedOver = false
    // Not a signal that times out by itself: it would hold the mail for as long, after it was sent.
    const stop = new AbortController()
    const tooLong = setTimeout(() => stop.abort(), SEND_MS)
    sending.add(stop)
    if (isClosed) stop.abort()
    const handed: Handed = {
      ...mail,
      signal: stop.signal,
      onHandedOver: () => (handedOver = true),
    }
    try {
      await transport.sendMail(handed)
      return { ok: true }
    } catch (error) {
      return sortFailure(error, { recipient: mail.to.address, secrets, handedOver, setting })
    } finally {
      clearTimeout(tooLong)
      sending.delete(stop)
    }
  }
  return {
    kind: 'smtp',
    server: `${url.protocol}//${url.host}`,
    async send(mail) {
      const sent = sendNow(mail)
      underWay.add(sent)
      return sent.finally(() => underWay.delete(sent))
    },
    async close() {
      transport.close()
      const cutOff = setTimeout(() => {
        isClosed = true
        for (const stop of sending) stop.abort()
        transport.close({ force: true })
      }, GRACE_MS)
      await Promise.all(underWay)
      clearTimeout(cutOff)
    },
  }
}

/** How to speak to the server at a URL, whatever is said there. */
export function smtpOptions(smtpUrl: string): {
  url: string
  connectionTimeout: number
  greetingTimeout: number
  dnsTimeout: number
  requireTLS: boolean
} {
  const url = new URL(smtpUrl)
  return {
    url: smtpUrl,
    connectionTimeout: 20_000,
    greetingTimeout: 20_000,
    dnsTimeout: 10_000,
    // Somebody in between could hide that the server offers STARTTLS, and read the password.
    requireTLS: url.password !== '' && !isThisMachine(url.hostname),
  }
}

/** The password in a URL, in each form in which a server could repeat it. */
export function secretsIn(url: URL): string[] {
  const password = decoded(url.password)
  if (password === '') return []
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  return [
    base64(`\0${decoded(url.username)}\0${password}`),
    base64(password),
    url.password,
    encodeURIComponent(password),
    password,
  ]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // nodemailer too takes it as it stands.
    return text
  }
}

/** Whether mail goes to a server on this machine, where nobody can listen in. */
export function isThisMachine(hostname: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i.test(hostname)
}
