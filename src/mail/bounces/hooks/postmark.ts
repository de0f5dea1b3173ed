import { z } from 'zod'
import type { Severity } from '../../status-code.ts'
import { readReport } from '../read-report.ts'
import { messageIdIn, plainReason, type KeyedReport } from '../report.ts'
import { FORGED, isSame, parseJson, UNREADABLE, type HookOutcome, type Posted } from './hook.ts'

const text = z.string().max(10_000).catch('')
const event = z.object({
  RecordType: text,
  /** Of Postmark's own. (`ID`, of the bounce, is a number too large to be read as one.) */
  MessageID: z.string().min(1).max(200),
  Type: text,
  Email: z.string().max(320).nullable().catch(null),
  Description: text,
  Details: text,
  /** The bounce itself, where the webhook is set to include it. */
  Content: z.string().max(1_000_000).catch(''),
  Metadata: z.record(z.string(), z.string().max(1_000)).catch({}),
})

const SEVERITIES: Readonly<Record<string, Severity>> = {
  HardBounce: 'permanent',
  BadEmailAddress: 'permanent',
  SoftBounce: 'temporary',
  Transient: 'temporary',
  DnsError: 'temporary',
  Blocked: 'unknown',
  SpamNotification: 'unknown',
  DMARCPolicy: 'unknown',
  ManuallyDeactivated: 'unknown',
  Unknown: 'unknown',
}

/**
 * A webhook of Postmark, which signs nothing: a password in its address shows that it is Postmark's
 * (https://postmarkapp.com/developer/webhooks/bounce-webhook).
 *
 * Its `MessageID` is a number of Postmark's own, which we never hear of when a mail is sent, and an address alone is no proof
 * that a mail of ours bounced there. So a report counts only where it names our Message-ID: in the metadata (a header
 * `X-PM-Metadata-message-id` of the mail), or in the bounce itself, if the webhook includes its content.
 */
export async function readPostmark(
  { header, body }: Posted,
  { secret }: { secret: string },
): Promise<HookOutcome> {
  const [, basic = ''] = /^Basic ([\w+/=-]+)$/i.exec(header('authorization') ?? '') ?? []
  const credentials = Buffer.from(basic, 'base64').toString('utf8')
  if (!isSame(credentials.slice(credentials.indexOf(':') + 1), secret)) return FORGED
  const parsed = event.safeParse(parseJson(body))
  if (!parsed.success) return UNREADABLE
  const report = await reportOf(parsed.data)
  return { kind: 'taken', reports: report === null ? [] : [report] }
}

async function reportOf(data: z.infer<typeof event>): Promise<KeyedReport | null> {
  const isComplaint = data.RecordType === 'SpamComplaint'
  const severity = SEVERITIES[data.Type]
  if (!isComplaint && (data.RecordType !== 'Bounce' || severity === undefined)) return null
  const read = data.Content === '' ? null : await readReport(Buffer.from(data.Content))
  const messageId = messageIdIn(data.Metadata['message-id'] ?? '') ?? read?.messageId ?? null
  if (messageId === null) return null
  const known = {
    messageId,
    recipient: data.Email,
    key: `postmark ${data.RecordType} ${data.MessageID}`,
    reason: plainReason(data.Details || data.Description || data.Type),
  }
  return isComplaint || severity === undefined
    ? { ...known, kind: 'complaint' }
    : { ...known, kind: 'bounce', status: read?.kind === 'bounce' ? read.status : null, severity }
}
