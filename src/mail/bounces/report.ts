import type { Severity } from '../status-code.ts'

/** What a mail server, or a sender of mail for us, says became of a mail. */
export type Report = Bounce | Complaint

export type Bounce = {
  kind: 'bounce'
  severity: Severity
  /** RFC 3463, `5.1.1`; null where none is given. */
  status: string | null
  /** Whom it could not be delivered to, which may be somebody whom the recipient forwards their mail to. */
  recipient: string | null
  /** Of the mail that is reported, without angle brackets. It comes from outside, and proves nothing as it is. */
  messageId: string
  /** What the server said, in one line that names no addresses. */
  reason: string
}

/** A reader has called the mail spam. */
type Complaint = { kind: 'complaint'; recipient: string | null; messageId: string; reason: string }

/** A report, and by what it is known when it comes again. */
export type KeyedReport = Report & { key: string }

const REASON_LENGTH = 300

/** What is told of a report, to be kept and shown: one line, without addresses of people. */
export function plainReason(text: string): string {
  return text
    .slice(0, 10 * REASON_LENGTH)
    .replaceAll(/[^\s<>()[\]"',;:]{1,200}@[^\s<>()[\]"',;:]{1,255}/g, '…')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, REASON_LENGTH)
    .toWellFormed()
}

/** A Message-ID as we compare them, without angle brackets; null where there is none in the text. */
export function messageIdIn(text: string): string | null {
  const [, bracketed, bare] = /<([^<>\s]{1,400})>|^\s*([^<>\s]{1,400})\s*$/.exec(text.slice(0, 2_000)) ?? []
  return bracketed ?? bare ?? null
}

/** An address as it is written in a report, without what is around it; null where there is none. */
export function addressIn(text: string): string | null {
  return /[^\s<>;,"]{1,64}@[^\s<>;,"]{1,255}/.exec(text.slice(0, 2_000))?.[0] ?? null
}
