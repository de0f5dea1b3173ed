import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { callbackify } from 'node:util'
import { pino } from 'pino'
import { SMTPServer } from 'smtp-server'
import { afterEach } from 'vitest'
import { openMailer, type Mailer } from './mailer.ts'
import { readMail, type ReceivedMail } from './received-mail.fixture.ts'

/** What a server got: the envelope, the message to the byte, and over what connection. */
type Delivery = {
  from: string
  to: string[]
  raw: Buffer
  secure: boolean
  user: string | null
  /** Names the connection. */
  connection: string
}

export type MailServer = {
  host: string
  port: number
  /** For a mailer, with what stands between the scheme and the host, and after the port. */
  url(credentials?: string, query?: string): string
  /** What it answered 250 to. */
  deliveries: Delivery[]
  /** The same, read. */
  mails(): ReceivedMail[]
  recipients(): string[]
  close(): Promise<void>
}

/** An answer that refuses, such as `451 later`, or that it says nothing and hangs up. */
type Answer = string | null
export const HANG_UP = 'hang up'

/** A mail server that listens on this machine, over TCP. */
async function openMailServer({
  port = 0,
  account,
  starttls = false,
  secure = false,
  recipient = () => null,
  reading = () => null,
  message = () => null,
}: {
  port?: number
  /** Who may send; anybody when absent. */
  account?: { user: string; password: string }
  /** Offers STARTTLS, with a certificate that it signed itself. */
  starttls?: boolean
  /** TLS from the first byte. */
  secure?: boolean
  /** What it has against a recipient. */
  recipient?: (address: string) => Answer
  /** What it does before it reads a message to a recipient. */
  reading?: (address: string) => Answer | Promise<Answer>
  /** What it has against a message that it has read; it answers once it is told. */
  message?: (delivery: Delivery) => Answer | Promise<Answer>
} = {}): Promise<MailServer> {
  const deliveries: Delivery[] = []
  const server = new SMTPServer({
    // It would warn of the certificate, which everybody has the key of.
    logger: false,
    secure,
    authOptional: account === undefined,
    allowInsecureAuth: true,
    disabledCommands: [...(starttls ? [] : ['STARTTLS']), ...(account ? [] : ['AUTH'])],
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth({ username, password }, _session, callback) {
      if (username === account?.user && password === account?.password) callback(null, { user: username })
      else callback(refused('535 5.7.8 that is not the password'))
    },
    onRcptTo({ address }, { id }, callback) {
      const answer = recipient(address)
      if (answer === HANG_UP) hangUp(id)
      else callback(answer === null ? null : refused(answer))
    },
    onData(stream, { id, envelope, secure: encrypted, user }, callback) {
      const read = async (): Promise<Answer> => {
        const before = await reading(envelope.rcptTo[0]?.address ?? '')
        if (before !== null) return before
        const delivery: Delivery = {
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          raw: await buffer(stream),
          secure: encrypted,
          user: typeof user === 'string' ? user : null,
          connection: id,
        }
        const answer = await message(delivery)
        if (answer === null) deliveries.push(delivery)
        return answer
      }
      callbackify(read)((error, answer) => {
        if (answer === HANG_UP) hangUp(id)
        else callback(error ?? (answer === null ? null : refused(answer)))
      })
    },
  })
  function hangUp(session: string) {
    for (const { id, _socket: socket } of server.connections) if (id === session) socket.destroy()
  }
  // A client that distrusts the certificate, or was killed, hangs up.
  server.on('error', () => {})
  const listening = server.listen(port, '127.0.0.1')
  await once(listening, 'listening')
  const address = listening.address() as AddressInfo
  return {
    host: '127.0.0.1',
    port: address.port,
    url: (credentials = '', query = '') =>
      `${secure ? 'smtps' : 'smtp'}://${credentials}127.0.0.1:${address.port}${query}`,
    deliveries,
    mails: () => deliveries.map(({ raw }) => readMail(raw)),
    recipients: () => deliveries.flatMap(({ to }) => to).toSorted(),
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

function refused(answer: string): Error & { responseCode: number } {
  return Object.assign(new Error(answer.slice(4)), { responseCode: Number(answer.slice(0, 3)) })
}

/** Servers and mailers for the tests of a block, closed after each. `lines` is what the mailers logged. */
export function serversAndMailers(): {
  serve: typeof openMailServer
  open: (smtpUrl: string, from?: string, more?: Partial<Parameters<typeof openMailer>[0]>) => Mailer
  closeLater: (close: () => Promise<unknown>) => void
  lines: string[]
} {
  const closings: (() => Promise<unknown>)[] = []
  const lines: string[] = []
  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close()
    lines.length = 0
  })
  return {
    async serve(options) {
      const server = await openMailServer(options)
      closings.push(() => server.close())
      return server
    },
    open(smtpUrl, from = 'The Bröadsheet <broadsheet@example.org>', more = {}) {
      const log = pino({ level: 'trace' }, { write: (line) => lines.push(line) })
      const mailer = openMailer({ smtpUrl, outboxFolder: '', from, log, ...more })
      closings.push(() => mailer.close())
      return mailer
    },
    closeLater: (close) => void closings.push(close),
    lines,
  }
}

/** Something that happens once, to wait for. */
export function moment(): { comes: Promise<void>; come: () => void } {
  let come = () => {}
  const comes = new Promise<void>((resolve) => (come = resolve))
  return { comes, come }
}
