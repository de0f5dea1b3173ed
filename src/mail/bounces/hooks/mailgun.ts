import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { sortReply, type Severity } from '../../status-code.ts'
import { messageIdIn, plainReason, type KeyedReport } from '../report.ts'
import { FORGED, isSame, parseJson, UNREADABLE, type HookOutcome, type Posted } from './hook.ts'

/** A signature is good for so long. */
const FRESH_SECONDS = 15 * 60

const signed = z.object({
  signature: z.object({
    timestamp: z.string().regex(/^\d{1,12}$/),
    token: z.string().min(1).max(200),
    signature: z.string().max(200),
  }),
})

const text = z.string().max(10_000).catch('')
const event = z.object({
  'event-data': z.object({
    event: text,
    severity: text,
    reason: text,
    recipient: z.string().max(320).nullable().catch(null),
    message: z
      .object({ headers: z.object({ 'message-id': z.string().max(1_000) }) })
      .nullable()
      .catch(null),
    'delivery-status': z
      .object({ code: z.number().catch(0), message: text, description: text, 'enhanced-code': text })
      .catch({ code: 0, message: '', description: '', 'enhanced-code': '' }),
  }),
})

/**
 * A webhook of Mailgun (https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks). What is signed
 * is its time and a token, not what it tells: each token is good for one report, and for 15 minutes.
 */
export function readMailgun({ body }: Posted, { key, now }: { key: string; now: Date }): HookOutcome {
  const posted = parseJson(body)
  const proof = signed.safeParse(posted)
  if (!proof.success) return FORGED
  const { timestamp, token, signature } = proof.data.signature
  const expected = createHmac('sha256', key)
    .update(timestamp + token)
    .digest('hex')
  const ageSeconds = now.getTime() / 1_000 - Number(timestamp)
  if (!isSame(signature, expected) || Math.abs(ageSeconds) > FRESH_SECONDS) return FORGED
  const parsed = event.safeParse(posted)
  if (!parsed.success) return UNREADABLE
  const report = reportOf(parsed.data['event-data'], { key: `mailgun ${token}` })
  return { kind: 'taken', reports: report === null ? [] : [report] }
}

function reportOf(data: z.infer<typeof event>['event-data'], { key }: { key: string }): KeyedReport | null {
  const messageId = messageIdIn(data.message?.headers['message-id'] ?? '')
  if (messageId === null) return null
  const known = { messageId, recipient: data.recipient, key }
  if (data.event === 'complained') return { ...known, kind: 'complaint', reason: 'complained, says Mailgun' }
  // What failed for a time is tried again.
  if (data.event !== 'failed' || data.severity !== 'permanent') return null
  const { code, message, description, 'enhanced-code': enhanced } = data['delivery-status']
  const said = [code === 0 ? '' : code, enhanced, message || description]
    .filter((part) => part !== '')
    .join(' ')
  const { status, severity } = sortReply(said)
  return {
    ...known,
    kind: 'bounce',
    status,
    severity: severityOf(data.reason, severity),
    reason: plainReason(said || data.reason),
  }
}

/** What Mailgun makes of it counts where the server's answer is not plain. */
function severityOf(reason: string, severity: Severity): Severity {
  // It bounced before, and nothing was sent.
  if (reason === 'suppress-bounce') return 'permanent'
  // It was tried for hours.
  return reason === 'old' ? 'temporary' : severity
}
