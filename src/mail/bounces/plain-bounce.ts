import { sortReply } from '../status-code.ts'
import { addressIn, messageIdIn, plainReason, type Report } from './report.ts'

/** Of what is written above the returned mail, so much is looked at. */
const NOTICE_LENGTH = 10_000
const LONGEST_TEXT = 200_000

/** By whom bounces are sent. Out-of-office notes, which have an empty envelope sender too, come from people. */
const POSTMASTERS =
  /^(?:mailer-daemon|postmaster|mail-daemon|mdaemon|maildaemon|mail-delivery|mailerdaemon)\b/i
/** News of what is not yet decided. */
const NOT_YET = /\b(?:delay(?:ed)?|warning|will (?:be retried|keep trying))\b/i
const NO_BOUNCE = /\b(?:out of (?:the )?office|automatic reply|auto-?reply|vacation|abwesenheit)\b/i

/**
 * Reads a bounce in the manner of qmail, old Exim and old Exchange: a text that tells of the failure, then the mail that comes
 * back, in it or attached. What it says of the failure is what a server answered, if it quotes one.
 */
export function readPlainBounce({
  from,
  subject,
  failed,
  text: whole,
  returned,
}: {
  from: string
  subject: string
  /** The header by which Exim names the recipients. */
  failed: string
  text: string
  /** The Message-ID of the mail that is attached, if one is. */
  returned: string | null
}): Report | null {
  if (!POSTMASTERS.test(from) && failed === '') return null
  if (NOT_YET.test(subject) || NO_BOUNCE.test(subject)) return null
  const text = whole.slice(0, LONGEST_TEXT)
  const header = /^[> \t]*Message-ID:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{1,400}>)/im.exec(text)
  const messageId = returned ?? messageIdIn(header?.[1] ?? '')
  if (messageId === null) return null
  const notice = noticeIn(text, header?.index ?? text.length)
  const { status, severity } = sortReply(notice)
  return {
    kind: 'bounce',
    severity,
    status,
    recipient: addressIn(failed) ?? addressIn(/<[^<>\s]{1,320}>/.exec(notice)?.[0] ?? ''),
    messageId,
    reason: plainReason(lineOf(notice, status) ?? subject),
  }
}

/** What stands above the headers of the mail that comes back: below them, digits are of the mail itself. */
function noticeIn(text: string, headerAt: number): string {
  const above = text.slice(0, headerAt)
  const start = Math.max(above.lastIndexOf('\n\n'), above.lastIndexOf('\r\n\r\n'))
  return (headerAt === text.length || start < 0 ? above : above.slice(0, start)).slice(0, NOTICE_LENGTH)
}

function lineOf(notice: string, status: string | null): string | null {
  const lines = notice.split('\n')
  const telling = lines.find((line) =>
    status === null ? /(?<!\d)[45]\d\d[ -]/.test(line) : line.includes(status),
  )
  return telling?.trim() || null
}
