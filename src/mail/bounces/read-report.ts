import type { ParsedMail } from 'mailparser'
import { SEVERITIES, sortReply, type Severity } from '../status-code.ts'
import { readFields, readGroups, type Fields } from './fields.ts'
import { readPlainBounce } from './plain-bounce.ts'
import { addressIn, messageIdIn, plainReason, type Report } from './report.ts'

/** Of a message, so much is read: what a report says comes before the mail that it returns. */
export const MOST_BYTES = 1_000_000

/** Bounds of what a message is taken apart into. */
const MOST_PARTS = 100
const MOST_HEAD_BYTES = 128 * 1024

/** RFC 3464, and RFC 6533 for addresses in other scripts. */
const STATUS_PARTS = new Set(['message/delivery-status', 'message/global-delivery-status'])
/** The mail that comes back, or its headers alone. */
const RETURNED_PARTS = new Set([
  'message/rfc822',
  'text/rfc822-headers',
  'message/rfc822-headers',
  'message/global',
  'message/global-headers',
])
/** Feedback by which readers call a mail spam (RFC 5965): `auth-failure` is a report on signatures, `not-spam` the opposite. */
const COMPLAINTS = new Set(['abuse', 'fraud', 'opt-out', 'opt-out-list'])

/**
 * Reads a message that may be a report of a bounce or of a complaint: by the standards (RFC 3464, RFC 5965), or in the
 * forms of programs that are older than these. null for everything else: news of a delay, out-of-office notes, letters.
 * Never throws, whatever it is given.
 */
export async function readReport(raw: Uint8Array): Promise<Report | null> {
  const mail = await parse(Buffer.from(raw.subarray(0, MOST_BYTES)))
  if (mail === null) return null
  const parts = mail.attachments.map(({ contentType, content }) => ({
    type: contentType.toLowerCase(),
    text: content.toString('utf8'),
  }))
  const partsOf = (types: ReadonlySet<string>) => parts.filter(({ type }) => types.has(type))
  const returned = partsOf(RETURNED_PARTS)
    .map(({ text }) => messageIdIn(readFields(text).get('message-id') ?? ''))
    .find((id) => id !== null)
  const feedback = parts.find(({ type }) => type === 'message/feedback-report')
  if (feedback) return readComplaint(readFields(feedback.text), returned ?? null)
  const statuses = partsOf(STATUS_PARTS).flatMap(({ text }) => readGroups(text))
  if (statuses.length > 0) return readStatuses(statuses, returned ?? originalIn(statuses, mail))
  // What became of a mail once it had arrived (RFC 8098) is no bounce.
  if (parts.some(({ type }) => type === 'message/disposition-notification')) return null
  return readPlainBounce({
    from: mail.from?.value[0]?.address ?? '',
    subject: mail.subject ?? '',
    failed: headerOf(mail, 'x-failed-recipients'),
    text: mail.text ?? '',
    returned: returned ?? null,
  })
}

async function parse(raw: Buffer): Promise<ParsedMail | null> {
  // Loaded by the first report: the library would slow down every start.
  const { simpleParser } = await import('mailparser')
  try {
    return await simpleParser(raw, {
      keepDeliveryStatus: true,
      ignoreEmbedded: true,
      skipHtmlToText: true,
      skipTextToHtml: true,
      skipImageLinks: true,
      keepCidLinks: true,
      checksumAlgo: false,
      maxChildNodes: MOST_PARTS,
      maxHeadSize: MOST_HEAD_BYTES,
    })
  } catch {
    // More parts than a report has, or what no parser can make sense of.
    return null
  }
}

function headerOf(mail: ParsedMail, name: string): string {
  const line = mail.headerLines.find(({ key }) => key === name)?.line ?? ''
  return line.slice(line.indexOf(':') + 1).replaceAll(/\s+/g, ' ')
}

/** Where the mail itself does not come back, some servers name it elsewhere. */
function originalIn(statuses: Fields[], mail: ParsedMail): string | null {
  const named = statuses.map((fields) => fields.get('x-original-message-id')).find((id) => id !== undefined)
  return messageIdIn(named ?? headerOf(mail, 'in-reply-to'))
}

function readComplaint(fields: Fields, messageId: string | null): Report | null {
  const type = (fields.get('feedback-type') ?? '').toLowerCase()
  if (messageId === null || !COMPLAINTS.has(type)) return null
  return {
    kind: 'complaint',
    recipient: addressIn(fields.get('original-rcpt-to') ?? ''),
    messageId,
    reason: plainReason(`${type}, says ${fields.get('user-agent') ?? 'the recipient’s provider'}`),
  }
}

type Failed = { severity: Severity; status: string | null; recipient: string | null; reason: string }

/**
 * What is said of each recipient. A mail of ours has one, behind whom others may stand: the worst of them counts, unless it
 * arrived at another, for then somebody reads it.
 */
function readStatuses(statuses: Fields[], messageId: string | null): Report | null {
  if (messageId === null) return null
  const arrived = statuses.some((fields) => /^(?:delivered|relayed|expanded)\b/i.test(actionOf(fields)))
  const failed = statuses
    .filter((fields) => /^failed\b/i.test(actionOf(fields)))
    .map(readFailed)
    .toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
  const [worst] = failed
  if (!worst) return null
  const severity = arrived && worst.severity === 'permanent' ? 'unknown' : worst.severity
  return { kind: 'bounce', ...worst, severity, messageId }
}

function actionOf(fields: Fields): string {
  return fields.get('action') ?? ''
}

function readFailed(fields: Fields): Failed {
  const status = fields.get('status') ?? ''
  const diagnostic = fields.get('diagnostic-code') ?? ''
  return {
    // Servers that were given no code say 5.0.0, and so do some that did not look for it in the answer which they quote.
    ...sortReply(`${status} ${diagnostic}`),
    recipient: addressIn(fields.get('original-recipient') ?? fields.get('final-recipient') ?? ''),
    reason: plainReason(diagnostic || status || 'no reason given'),
  }
}
