import { z } from 'zod'
import { sortReply, type Severity } from '../../status-code.ts'
import { messageIdIn, plainReason, type KeyedReport } from '../report.ts'
import { FORGED, MOST_REPORTS, parseJson, UNREADABLE, type HookOutcome, type Posted } from './hook.ts'
import { isOfSns, verifySns, type Certificates, type FetchText } from './sns.ts'

const text = z.string().max(10_000).catch('')
const recipients = z
  .array(z.object({ emailAddress: text, status: text, diagnosticCode: text }))
  .max(MOST_REPORTS)
  .catch([])
const event = z.object({
  notificationType: text,
  eventType: text,
  mail: z.object({
    headers: z
      .array(z.object({ name: z.string().max(1_000), value: z.string().max(100_000) }))
      .max(1_000)
      .catch([]),
    commonHeaders: z.object({ messageId: z.string().max(1_000).catch('') }).catch({ messageId: '' }),
  }),
  bounce: z
    .object({ bounceType: text, bounceSubType: text, bouncedRecipients: recipients })
    .nullable()
    .catch(null),
  complaint: z
    .object({ complaintFeedbackType: text, complainedRecipients: recipients })
    .nullable()
    .catch(null),
})

/**
 * A notification of Amazon SES, through a topic of SNS. When the topic asks whether we want to hear of it, it is told so. SES
 * gives each mail a Message-ID of its own; ours is in the original headers, which the notifications must be set to include.
 * (https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html)
 */
export async function readSes(
  { body }: Posted,
  verifying: { topics: string[]; fetchText: FetchText; certificates: Certificates; now: Date },
): Promise<HookOutcome> {
  const verified = await verifySns(body, verifying)
  if (verified.kind !== 'verified') return verified
  const { Type: type, Message: message, MessageId: id, SubscribeURL: subscribeUrl = '' } = verified.message
  if (type === 'SubscriptionConfirmation') return confirm(subscribeUrl, verifying)
  if (type !== 'Notification') return { kind: 'taken', reports: [] }
  const parsed = event.safeParse(parseJson(message))
  if (parsed.success) {
    const report = reportOf(parsed.data, { key: `ses ${id}` })
    return { kind: 'taken', reports: report === null ? [] : [report] }
  }
  // When a topic is set up, SES tries it out with a sentence.
  return message.startsWith('Successfully validated SNS topic') ? { kind: 'taken', reports: [] } : UNREADABLE
}

async function confirm(subscribeUrl: string, { fetchText }: { fetchText: FetchText }): Promise<HookOutcome> {
  const url = URL.parse(subscribeUrl)
  if (url === null || !isOfSns(url)) return FORGED
  try {
    const answer = await fetchText(url)
    return answer === null
      ? { kind: 'away', reason: 'Amazon SNS does not confirm the subscription' }
      : { kind: 'taken', reports: [] }
  } catch (error) {
    return { kind: 'away', reason: error instanceof Error ? error.message : String(error) }
  }
}

function reportOf(data: z.infer<typeof event>, { key }: { key: string }): KeyedReport | null {
  const header = data.mail.headers.find(({ name }) => name.toLowerCase() === 'message-id')?.value
  const messageId = messageIdIn(data.mail.commonHeaders.messageId) ?? messageIdIn(header ?? '')
  if (messageId === null) return null
  const { complaint, bounce } = data
  if (complaint !== null) {
    const { complaintFeedbackType: type, complainedRecipients } = complaint
    if (type === 'not-spam' || type === 'auth-failure') return null
    const recipient = complainedRecipients[0]?.emailAddress ?? null
    return { kind: 'complaint', messageId, recipient, reason: plainReason(type || 'complaint'), key }
  }
  if (bounce === null) return null
  const [first] = bounce.bouncedRecipients
  const said = first?.diagnosticCode ?? ''
  const answer = `${first?.status ?? ''} ${said}`.trim()
  const { status, severity } = sortReply(answer)
  return {
    kind: 'bounce',
    messageId,
    recipient: first?.emailAddress ?? null,
    status,
    severity: severityOf(bounce, { severity, said: answer !== '' }),
    reason: plainReason(said || `${bounce.bounceType} ${bounce.bounceSubType}`),
    key,
  }
}

/** What SES makes of it counts where the server's answer is not plain. */
function severityOf(
  { bounceType, bounceSubType }: { bounceType: string; bounceSubType: string },
  { severity, said }: { severity: Severity; said: boolean },
): Severity {
  // Nothing was sent, because it bounced before.
  if (/^(?:NoEmail|Suppressed|OnAccountSuppressionList)$/.test(bounceSubType)) return 'permanent'
  if (bounceType === 'Permanent' && !said) return 'permanent'
  if (bounceType === 'Transient' && severity === 'permanent') return 'unknown'
  if (bounceType === 'Transient' && /^(?:General|MailboxFull)$/.test(bounceSubType)) return 'temporary'
  return severity
}
