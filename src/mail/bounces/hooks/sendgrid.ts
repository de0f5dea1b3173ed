import { verify, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { sortReply, type Severity } from '../../status-code.ts'
import { messageIdIn, plainReason, type KeyedReport } from '../report.ts'
import { FORGED, MOST_REPORTS, parseJson, UNREADABLE, type HookOutcome, type Posted } from './hook.ts'

const text = z.string().max(10_000).catch('')
const event = z.object({
  event: text,
  type: text,
  status: text,
  reason: text,
  email: z.string().max(320).nullable().catch(null),
  'smtp-id': z.string().max(1_000).catch(''),
  sg_event_id: z.string().min(1).max(200),
})
type Event = z.infer<typeof event>
/** Taken one by one, so that one that is odd does not hide the others. */
const batch = z.array(z.unknown()).max(MOST_REPORTS)

/**
 * A signed event webhook of SendGrid: ECDSA over its time and its body, as they are. There is no limit to its age, since what
 * could not be delivered comes again for a day; each event is taken once.
 * (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features)
 */
export function readSendgrid({ header, body }: Posted, { key }: { key: KeyObject }): HookOutcome {
  const signature = header('x-twilio-email-event-webhook-signature') ?? ''
  const timestamp = header('x-twilio-email-event-webhook-timestamp') ?? ''
  if (
    !/^\d{1,20}$/.test(timestamp) ||
    !isSigned(Buffer.concat([Buffer.from(timestamp), body]), signature, key)
  )
    return FORGED
  const posted = batch.safeParse(parseJson(body))
  if (!posted.success) return UNREADABLE
  const events = posted.data.flatMap((one) => event.safeParse(one).data ?? [])
  return { kind: 'taken', reports: events.flatMap((one) => reportOf(one) ?? []) }
}

function isSigned(message: Buffer, signature: string, key: KeyObject): boolean {
  try {
    return verify('sha256', message, key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

function reportOf(data: Event): KeyedReport | null {
  const messageId = messageIdIn(data['smtp-id'])
  if (messageId === null) return null
  const known = { messageId, recipient: data.email, key: `sendgrid ${data.sg_event_id}` }
  if (data.event === 'spamreport') return { ...known, kind: 'complaint', reason: 'spamreport, says SendGrid' }
  if (data.event !== 'bounce' && data.event !== 'dropped') return null
  const { status, severity } = sortReply(`${data.status} ${data.reason}`)
  return {
    ...known,
    kind: 'bounce',
    status,
    severity: severityOf(data, severity),
    reason: plainReason(data.reason || data.status || data.event),
  }
}

/** `dropped` was not sent at all, because it bounced before; `blocked` is mostly about us. */
function severityOf({ event: what, type, reason }: Event, severity: Severity): Severity {
  if (what === 'dropped') return /^(?:bounced address|invalid)/i.test(reason) ? 'permanent' : 'unknown'
  if (type === 'expired') return 'temporary'
  return type === 'blocked' && severity === 'permanent' ? 'unknown' : severity
}
