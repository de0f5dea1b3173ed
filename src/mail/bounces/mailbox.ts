import { createHash } from 'node:crypto'
import type { ImapFlow, ImapFlowError } from 'imapflow'
import { readFields } from './fields.ts'
import type { MailboxAddress } from './mailbox-url.ts'
import { MOST_BYTES } from './read-report.ts'

/** How far a folder was read: messages in it have numbers that grow, for as long as `validity` stays the same (RFC 3501, 2.3.1.1). */
export type Position = { validity: string; last: number }

/** `key` is by what a message is known when it is read again, under whatever number. */
type Read = { key: string; raw: Buffer }

/** Some of the messages that are new, where they end, and how many are left for the next time. */
export type Batch = { messages: Read[]; position: Position; left: number }

/** The folder cannot be read now; the message is a sentence for whoever runs the site, without what is secret. */
export class MailboxAway extends Error {}

const MOST_MESSAGES = 200
/** Held in memory at once. */
const BATCH = 10
const CONNECT_MS = 20_000
const SILENCE_MS = 60_000
const ROUND_MS = 4 * 60_000
const ANSWER_LENGTH = 200

/**
 * Reads what is new in a folder since `after`, at most 200 messages of at most 1 MB each, and none that came before `since`:
 * the first time, the folder may be full of old mail. Nothing in it is changed. Throws `MailboxAway`.
 */
export async function* newMessages(
  mailbox: MailboxAddress,
  { after, since, signal }: { after: Position | null; since: Date; signal: AbortSignal },
): AsyncGenerator<Batch> {
  const client = await openClient(mailbox)
  const asked = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer
    } catch (error) {
      signal.throwIfAborted()
      throw new MailboxAway(troubleOf(error, mailbox))
    }
  }
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(ROUND_MS)])
  const hangUp = () => client.close()
  inTime.addEventListener('abort', hangUp, { once: true })
  try {
    signal.throwIfAborted()
    await asked(client.connect())
    const { uidValidity, uidNext } = await asked(client.mailboxOpen(mailbox.folder, { readOnly: true }))
    const validity = String(uidValidity)
    const last = after?.validity === validity ? after.last : 0
    const found = await asked(client.search({ uid: `${last + 1}:*`, since }, { uid: true }))
    if (!found) throw new MailboxAway('The IMAP server in BOUNCES_URL refuses to search the folder.')
    // `n:*` always has the newest message, even where its number is below n.
    const fresh = found.filter((uid) => uid > last).toSorted((a, b) => a - b)
    const uids = fresh.slice(0, MOST_MESSAGES)
    const left = fresh.length - uids.length
    for (let i = 0; i < uids.length; i += BATCH) {
      const batch = uids.slice(i, i + BATCH)
      const got = await asked(
        client.fetchAll(batch.join(','), { source: { maxLength: MOST_BYTES } }, { uid: true }),
      )
      const messages = got.flatMap(({ source }) => (source ? [{ key: keyOf(source), raw: source }] : []))
      yield { messages, position: { validity, last: batch.at(-1) ?? last }, left }
    }
    // What is older than `since` need not be searched again.
    if (uids.length === 0)
      yield { messages: [], position: { validity, last: Math.max(last, uidNext - 1) }, left: 0 }
    await asked(client.logout())
  } finally {
    inTime.removeEventListener('abort', hangUp)
    client.close()
  }
}

async function openClient(mailbox: MailboxAddress): Promise<ImapFlow> {
  // Loaded when a folder is read: few sites have one, and the library would slow down every start.
  const { ImapFlow } = await import('imapflow')
  const { host, port, secure, local, anyCertificate, user, password: pass } = mailbox
  const client = new ImapFlow({
    host,
    port,
    secure,
    // Somebody in between could hide that the server offers STARTTLS, and read the password.
    ...(!secure && !local && { doSTARTTLS: true }),
    auth: { user, pass },
    tls: { rejectUnauthorized: !anyCertificate },
    logger: false,
    disableAutoIdle: true,
    disableCompression: true,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    maxLineLength: 4_000_000,
    maxLiteralSize: MOST_BYTES + 1_000,
    maxResponseSize: 6_000_000,
  })
  // What goes wrong is also thrown where it is waited for.
  client.on('error', () => {})
  return client
}

function keyOf(raw: Buffer): string {
  const own = readFields(raw.toString('latin1', 0, 64 * 1024)).get('message-id') ?? ''
  return `mail ${createHash('sha256')
    .update(own === '' ? raw : own)
    .digest('base64url')}`
}

function troubleOf(error: unknown, { host, password, folder }: MailboxAddress): string {
  const {
    code = '',
    message,
    responseText,
    authenticationFailed,
    mailboxMissing,
  }: ImapFlowError & {
    authenticationFailed?: boolean | undefined
    mailboxMissing?: boolean | undefined
  } = error instanceof Error ? error : new Error(String(error))
  const answer = (responseText ?? message)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(password, '***')
    .slice(0, ANSWER_LENGTH)
  if (authenticationFailed)
    return `The IMAP server ${host} refuses the user or the password in BOUNCES_URL (${answer}).`
  if (mailboxMissing) return `There is no folder ${folder} at ${host}: check BOUNCES_URL.`
  if (/CERT|UNABLE_TO_|HOSTNAME_MISMATCH/.test(code))
    return `The IMAP server’s certificate is not trusted (${answer}): give it one that is, or, when you know the server, add ?tls.rejectUnauthorized=false to BOUNCES_URL.`
  return `The IMAP server ${host} in BOUNCES_URL does not give what is in the folder (${code === '' ? answer : `${code}: ${answer}`}).`
}
