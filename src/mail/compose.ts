import { createHash } from 'node:crypto'
import { domainToASCII } from 'node:url'
import addressParser from 'nodemailer/lib/addressparser'
import MimeNode from 'nodemailer/lib/mime-node'
import { parseEmailAddress } from './address.ts'
import type { Message, NotSent } from './message.ts'
import { impossible } from './smtp-failure.ts'

/** Whom mails come from: the address, its name as people see it, and the domain that Message-IDs end in. */
export type Sender = { name: string; address: string; domain: string }

/** A mail in the terms of nodemailer: only what it needs, so that nothing else of it is ever in play. */
export type Composed = {
  from: { name: string; address: string }
  to: { name: string; address: string }
  replyTo?: { name: string; address: string }
  envelope: { from: string; to: string[] }
  subject: string
  text: string
  html?: string
  messageId: string
  date: Date
  headers: { key: string; value: { prepared: true; foldLines: boolean; value: string } }[]
  disableFileAccess: true
  disableUrlAccess: true
}

export type ComposeOutcome = { ok: true; mail: Composed } | NotSent

/** Headers that a mail has of itself; a second one would contradict or, like Bcc, send it elsewhere. */
const OWN_HEADERS =
  /^(from|sender|reply-to|to|cc|bcc|subject|date|message-id|mime-version|auto-submitted|return-path|received|resent-.*|content-.*)$/i
const HEADER_NAME = /^[A-Za-z0-9-]{1,76}$/
/** What could begin a line. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u
/** No line of a mail may be longer, in bytes without its end (RFC 5322). */
const LONGEST_LINE = 998

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

/**
 * Puts a mail together, or tells why it can never be sent. Nothing in a message reaches a header as a line of its own.
 * Answers to it go to `replyTo` where that is an address.
 */
export function composeMail(
  message: Message,
  sender: Sender,
  { replyTo = null }: { replyTo?: string | null } = {},
): ComposeOutcome {
  const to = parseEmailAddress(message.to)
  if (to === null) return impossible('The recipient is not an e-mail address.', { about: 'recipient' })
  const headers = Object.entries(message.headers ?? {}).map(([key, value]) => ({ key, value }))
  for (const { key, value } of headers) {
    if (!HEADER_NAME.test(key) || OWN_HEADERS.test(key)) {
      return impossible(`The header ${JSON.stringify(key)} cannot be set.`, { about: 'mail' })
    }
    if (CONTROL.test(value)) return impossible(`The header ${key} has more than one line.`, { about: 'mail' })
  }
  return {
    ok: true,
    mail: {
      from: { name: sender.name, address: sender.address },
      to: { name: '', address: to },
      ...(replyTo === null ? {} : { replyTo: { name: '', address: replyTo } }),
      envelope: { from: sender.address, to: [to] },
      // A paper's title may have come with line breaks: a subject is one line.
      subject: message.subject.split(CONTROL).join(' ').replaceAll(/\s+/g, ' ').trim(),
      text: message.text,
      ...(message.html ? { html: message.html } : {}),
      messageId: `<${safeId(message.id)}@${sender.domain}>`,
      date: message.date,
      // RFC 3834: no robot is to answer a robot.
      headers: [...headers, { key: 'Auto-Submitted', value: 'auto-generated' }].map(({ key, value }) =>
        inOneLine(key, value),
      ),
      disableFileAccess: true,
      disableUrlAccess: true,
    },
  }
}

/**
 * A header as one line: mail programs that show a button to unsubscribe do not all unfold what they read. What is not
 * ASCII becomes encoded words (RFC 2047), but not the part in angle brackets that programs compare.
 */
function inOneLine(key: string, value: string): Composed['headers'][number] {
  const [, phrase = '', bracketed = ''] = /^(.*?)(\s*<[^<>]*>)?$/.exec(value) ?? []
  const encoded = isAscii(value)
    ? value
    : `${isAscii(phrase) ? phrase : encodeWords(phrase)}${isAscii(bracketed) ? bracketed : encodeWords(bracketed)}`
  const foldLines = Buffer.byteLength(`${key}: ${encoded}`) > LONGEST_LINE
  return { key, value: { prepared: true, foldLines, value: encoded } }
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text)
}

function encodeWords(text: string): string {
  return MimeNode.encodeHeaderValue('Subject', text)
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
