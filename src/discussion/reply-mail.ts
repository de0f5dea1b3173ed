import type { Transaction } from 'kysely'
import { displayName, hasMail } from '../accounts/reader.ts'
import type { Database } from '../db/schema.ts'
import { signedCode } from '../mail/signed-link.ts'
import { queueMail, type MailToQueue } from '../mail/queue-mail.ts'
import { plainText } from '../papers/plain-text.ts'

/** The site that sends emails: its address without a trailing slash, its name, and what links in emails are signed with. */
export type MailedSite = { origin: string; name: string; secret: string }

type Reply = {
  comment: { id: number; body: string }
  /** Its title in TeX. */
  paper: { title: string }
  from: { id: string; name: string }
  site: MailedSite
}

/** In characters; most inboxes cut longer subjects. */
const LONGEST_TITLE = 100

/**
 * Queues the email about a reply to the writer of the comment, if they want it, can receive it, and did not write the
 * reply.
 */
export async function queueReplyMail(
  trx: Transaction<Database>,
  { to, now, ...reply }: Reply & { to: string | null; now: Date },
): Promise<void> {
  if (to === null || to === reply.from.id) return
  const reader = await trx
    .selectFrom('readers')
    .select('email')
    .where('id', '=', to)
    .where('mail_replies', '=', true)
    .where('email_verified', '=', true)
    .where('suspended_at', 'is', null)
    .executeTakeFirst()
  if (reader && hasMail(reader))
    await queueMail(trx, replyMail({ ...reply, to: { id: to, email: reader.email } }), { now })
}

/** The email that tells a reader of a reply to their comment. */
export function replyMail({
  comment,
  paper,
  from,
  site,
  to,
}: Reply & { to: { id: string; email: string } }): MailToQueue {
  const title = plainText(paper.title)
  const name = displayName(from)
  const settings = `${site.origin}/settings`
  const stop = `${site.origin}/mail/r/${signedCode('no replies', to.id, site)}`
  return {
    key: `reply ${comment.id}`,
    to: to.email,
    subject: `${name} replied to your comment on “${shorten(title)}”`,
    text: [
      `${name} replied to your comment on “${title}” at ${site.name}:`,
      comment.body.replaceAll(/^/gm, '> ').replaceAll(/ +$/gm, ''),
      `Read the discussion: ${site.origin}/comments/${comment.id}`,
      `You receive this email because you asked to hear about replies. To stop these emails: ${stop}\nAll your settings: ${settings}`,
    ].join('\n\n'),
    headers: {
      'List-Unsubscribe': `<${stop}>`,
      // RFC 8058: one click in the mail program is enough.
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  }
}

function shorten(title: string): string {
  const characters = Array.from(title)
  return characters.length > LONGEST_TITLE
    ? `${characters
        .slice(0, LONGEST_TITLE - 1)
        .join('')
        .trimEnd()}…`
    : title
}
