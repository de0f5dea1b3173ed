import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { queueMail, type MailToQueue } from '../mail/queue-mail.ts'
import { hasMail } from './reader.ts'
import type { Identity } from './suspensions.ts'

/** The site that sends the email; `publicUrl` is null where it has no address that works everywhere. */
export type AnnouncingSite = { siteName: string; publicUrl: string | null }

/** What changed in a reader's ways to sign in. */
export type WayInChange =
  | { kind: 'identity-added' | 'identity-removed'; identity: Identity; providerName: string }
  | { kind: 'passkey-added' | 'passkey-removed'; passkey: string }

/**
 * Tells a reader by email that there is a new way to sign in to their account, or one less: someone who adds one in their
 * name does not stay unnoticed. Readers without an address are told nothing.
 */
export async function announceWayIn(
  db: Kysely<Database>,
  { readerId, change, site, now }: { readerId: string; change: WayInChange; site: AnnouncingSite; now: Date },
): Promise<void> {
  const reader = await db
    .selectFrom('readers')
    .select('email')
    .where('id', '=', readerId)
    .where('email_verified', '=', true)
    .executeTakeFirst()
  if (reader && hasMail(reader))
    await queueMail(db, wayInMail({ to: reader.email, change, site, now }), { now })
}

function wayInMail({
  to,
  change,
  site,
  now,
}: {
  to: string
  change: WayInChange
  site: AnnouncingSite
  now: Date
}): MailToQueue {
  const added = change.kind.endsWith('-added')
  const what = 'passkey' in change ? 'a passkey' : `an account at ${change.providerName}`
  const settings = site.publicUrl === null ? 'your settings' : `your settings (${site.publicUrl}/settings)`
  // What was removed and added again is told again.
  const named = JSON.stringify([change, now.toISOString()])
  return {
    key: `${change.kind} ${createHash('sha256').update(named).digest('base64url')}`,
    to,
    subject: added
      ? `A new way to sign in to ${site.siteName}`
      : `A way to sign in to ${site.siteName} was removed`,
    text: [
      added
        ? `You can now sign in to ${site.siteName} with ${what} that was added to your account.`
        : `You can no longer sign in to ${site.siteName} with ${what}: it was removed from your account.`,
      'If this was you, there is nothing to do.',
      added
        ? `If it was not, ask for a link to sign in, remove it in ${settings}, and sign out everywhere else there.`
        : `If it was not, ask for a link to sign in, and sign out everywhere else in ${settings}.`,
    ].join('\n\n'),
    urgent: true,
  }
}
