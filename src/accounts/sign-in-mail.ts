import { createHash } from 'node:crypto'
import type { MailToQueue } from '../mail/queue-mail.ts'

/** How long an emailed link works. */
export const LINK_LIFE_MS = 30 * 60_000

/** The address an emailed link leads to. The page there has a button, because programs follow links in emails. */
export function signInLink({ origin, token, to }: { origin: string; token: string; to: string }): string {
  const onward = to === '/' ? '' : `&to=${encodeURIComponent(to)}`
  return `${origin}/sign-in/link?token=${encodeURIComponent(token)}${onward}`
}

/** The mail with which somebody signs in, who waits for it; `now` is when its link was made. */
export function signInMail({
  email,
  token,
  to,
  origin,
  siteName,
  now,
}: {
  email: string
  token: string
  /** A path on this site to continue to. */
  to: string
  origin: string
  siteName: string
  now: Date
}): MailToQueue {
  const minutes = LINK_LIFE_MS / 60_000
  return {
    // The token itself must not outlive the email.
    key: `sign-in ${createHash('sha256').update(token).digest('base64url')}`,
    to: email,
    subject: `Sign in to ${siteName}`,
    text: [
      `Someone, probably you, asked to sign in to ${siteName} with this email address.`,
      `To sign in, open this link within ${minutes} minutes and press the button on the page:`,
      signInLink({ origin, token, to }),
      'If this was not you, ignore this email: no one can sign in without the link.',
    ].join('\n\n'),
    urgent: true,
    expiresAt: new Date(now.getTime() + LINK_LIFE_MS),
  }
}
