import { createHash } from 'node:crypto'
import { domainToASCII } from 'node:url'
import addressParser from 'nodemailer/lib/addressparser'
import { parseEmailAddress } from './address.ts'
import type { Message } from './message.ts'

/** Whom mails come from: the address, its name as people see it, and the domain that Message-IDs end in. */
export type Sender = { name: string; address: string; domain: string }

/** A mail in the terms of nodemailer: only what it needs, so that nothing else of it is ever in play. */
export type Composed = {
  from: { name: string; address: string }
  to: { name: string; address: string }
  envelope: { from: string; to: string[] }
  subject: string
  text: string
  html?: string
  messageId: string
  date: Date
  headers: { key: string; value: string }[]
  disableFileAccess: true
  disableUrlAccess: true
}

export type ComposeOutcome = { ok: true; mail: Composed } | { ok: false; reason: string }

/** Headers that a mail has of itself; a second one would contradict or, like Bcc, send it elsewhere. */
const OWN_HEADERS =
  /^(from|sender|to|cc|bcc|subject|date|message-id|mime-version|auto-submitted|return-path|received|resent-.*|content-.*)$/i
const HEADER_NAME = /^[A-Za-z0-9-]{1,76}$/
/** What could begin a line. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u

/** Reads `Name <address>` or an address alone. Throws when it is no such thing: the settings were checked before. */
export function parseSender(from: string): Sender {
  const [sender, ...more] = CONTROL.test(from) ? [] : addressParser(from, { flatten: true })
  const { name = '', address = '' } = sender ?? {}
  const domain = /^[^\s@<>"]+@([^\s@<>"]+)$/.exec(address)?.[1]
  // The parser makes the best of anything.
  const asWritten = from.trim() === address || from.trim().endsWith(`<${address}>`)
  if (domain === undefined || more.length > 0 || !asWritten) {
    throw new Error('The sender of mails must be one address such as Broadsheet <broadsheet@example.org>.')
  }
  return { name, address, domain: domainToASCII(domain) || domain }
}

/** Puts a mail together, or tells why it can never be sent. Nothing in a message reaches a header as a line of its own. */
export function composeMail(message: Message, sender: Sender): ComposeOutcome {
  const to = parseEmailAddress(message.to)
  if (to === null) return { ok: false, reason: 'The recipient is not an e-mail address.' }
  const headers = Object.entries(message.headers ?? {}).map(([key, value]) => ({ key, value }))
  for (const { key, value } of headers) {
    if (!HEADER_NAME.test(key) || OWN_HEADERS.test(key)) {
      return { ok: false, reason: `The header ${JSON.stringify(key)} cannot be set.` }
    }
    if (CONTROL.test(value)) return { ok: false, reason: `The header ${key} has more than one line.` }
  }
  return {
    ok: true,
    mail: {
      from: { name: sender.name, address: sender.address },
      to: { name: '', address: to },
      envelope: { from: sender.address, to: [to] },
      // A paper's title may have come with line breaks: a subject is one line.
      subject: message.subject.split(CONTROL).join(' ').replaceAll(/\s+/g, ' ').trim(),
      text: message.text,
      ...(message.html ? { html: message.html } : {}),
      messageId: `<${safeId(message.id)}@${sender.domain}>`,
      date: message.date,
      // RFC 3834: no robot is to answer a robot.
      headers: [...headers, { key: 'Auto-Submitted', value: 'auto-generated' }],
      disableFileAccess: true,
      disableUrlAccess: true,
    },
  }
}

/**
 * An id as it can stand in a Message-ID and in the name of a file: itself where it can, otherwise what can of it and a
 * digest of it, so that different ids stay different.
 */
export function safeId(id: string): string {
  if (id.length <= 80 && /^[\w-]+(?:\.[\w-]+)*$/.test(id)) return id
  const digest = createHash('sha256').update(id).digest('hex').slice(0, 20)
  return `${id.replaceAll(/[^\w-]+/g, '-').slice(0, 50) || 'mail'}.${digest}`
}
