import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { readSignedCode, signedCode } from '../mail/signed-link.ts'
import { plainMail } from './email/notice-mail.tsx'
import { parseMailedList } from './mailed-list.ts'
import { plainTitle } from './subscribable.ts'
import { findSubscription, inWords } from './subscriptions.ts'

type MailingSite = { name: string; origin: string }
type Means = { site: MailingSite; secret: string; now: Date }

/** A link to the settings is good for so long. */
const SETTINGS_LINK_MS = 24 * 3_600_000
const CONFIRM_DAYS = 7

/** Queues the mail that asks whether its reader wants a list. It says nothing that somebody else typed. */
export async function queueConfirmation(
  db: Kysely<Database>,
  { subscriptionId, site, secret, now }: { subscriptionId: number } & Means,
): Promise<void> {
  const asked = await addressOf(db, { subscriptionId, now })
  if (!asked) return
  const { email, title, every } = asked
  const url = `${site.origin}/mail/confirm/${signedCode('confirm', String(subscriptionId), { secret })}`
  await queueMail(
    db,
    {
      key: `confirm ${subscriptionId} ${now.getTime().toString(36)}`,
      to: email,
      subject: `Confirm your subscription at ${site.name}`,
      ...plainMail({
        site,
        heading: 'One more step',
        paragraphs: [
          `Somebody, most likely you, asked for ${title} from ${site.name} by email, ${inWords(every)}.`,
          'Press the button and confirm on the page that opens. The first issue follows at once.',
        ],
        button: { label: 'Confirm', url },
        afterwards: [
          `If it was not you, do nothing: no more email comes. The link works for ${CONFIRM_DAYS} days.`,
        ],
      }),
      urgent: true,
      expiresAt: new Date(now.getTime() + CONFIRM_DAYS * 24 * 3_600_000),
    },
    { now },
  )
}

/** Queues the mail to somebody who asked for a list that they get already: nobody else learns that they do. */
export async function queueReminder(
  db: Kysely<Database>,
  { subscriptionId, site, secret, now }: { subscriptionId: number } & Means,
): Promise<void> {
  const asked = await addressOf(db, { subscriptionId, now })
  if (!asked) return
  await queueMail(
    db,
    {
      key: `reminder ${subscriptionId} ${now.getTime().toString(36)}`,
      to: asked.email,
      subject: `You already subscribe at ${site.name}`,
      ...plainMail({
        site,
        heading: 'You already get this',
        paragraphs: [
          `Somebody, most likely you, asked for ${asked.title} from ${site.name} by email. It comes to you already, so nothing has changed.`,
          'You can change how often it comes, pause it, or stop it.',
        ],
        button: {
          label: 'Change your settings',
          url: settingsAddress(asked.subscriberId, { site, secret, now }),
        },
        afterwards: ['The link works for 24 hours. If it was not you, you need not do anything.'],
      }),
      urgent: true,
      expiresAt: new Date(now.getTime() + SETTINGS_LINK_MS),
    },
    { now },
  )
}

/** Queues the mail with a link to a subscriber's settings: only who reads their mail gets there. */
export async function queueSettingsLink(
  db: Kysely<Database>,
  { subscriberId, email, site, secret, now }: { subscriberId: number; email: string } & Means,
): Promise<void> {
  await queueMail(
    db,
    {
      key: `settings ${subscriberId} ${now.getTime().toString(36)}`,
      to: email,
      subject: `Your email settings at ${site.name}`,
      ...plainMail({
        site,
        heading: 'Your email settings',
        paragraphs: [
          `With this link you can change, pause or end what ${site.name} sends you, download what it keeps, or have your address erased.`,
        ],
        button: { label: 'Open your settings', url: settingsAddress(subscriberId, { site, secret, now }) },
        afterwards: [
          'The link works for 24 hours. Whoever has it can change your settings, so do not forward this email.',
          'If you did not ask for it, you need not do anything.',
        ],
      }),
      urgent: true,
      expiresAt: new Date(now.getTime() + SETTINGS_LINK_MS),
    },
    { now },
  )
}

/** The address of a subscriber's settings, for a day. */
function settingsAddress(subscriberId: number, { site, secret, now }: Means): string {
  return `${site.origin}/mail/settings/${settingsCode(subscriberId, { secret, now })}`
}

/** A code that opens a subscriber's settings for a day. */
export function settingsCode(subscriberId: number, { secret, now }: Pick<Means, 'secret' | 'now'>): string {
  const until = Math.floor((now.getTime() + SETTINGS_LINK_MS) / 1_000).toString(36)
  return signedCode('settings', `${subscriberId}-${until}`, { secret })
}

/** Whose settings a code opens; null where it opens none, or none any more. */
export function readSettingsCode(
  code: string,
  { secret, now }: Pick<Means, 'secret' | 'now'>,
): number | null {
  const said = readSignedCode('settings', code, { secret })
  const [, id = '', until = ''] = /^(\d{1,15})-([0-9a-z]{1,10})$/.exec(said ?? '') ?? []
  return id !== '' && Number.parseInt(until, 36) * 1_000 > now.getTime() ? Number(id) : null
}

/** The number in a code for this purpose; null where we gave none such. */
export function numberInCode(
  purpose: 'confirm' | 'unsubscribe' | 'read',
  code: string,
  { secret }: { secret: string },
): number | null {
  const said = readSignedCode(purpose, code, { secret })
  return said !== null && /^\d{1,15}$/.test(said) ? Number(said) : null
}

async function addressOf(
  db: Kysely<Database>,
  { subscriptionId, now }: { subscriptionId: number; now: Date },
): Promise<{ email: string; subscriberId: number; title: string; every: 'day' | 'week' | 'month' } | null> {
  const subscription = await findSubscription(db, { id: subscriptionId, now })
  const list = subscription && parseMailedList(subscription.list, '')?.list
  if (!subscription || !list) return null
  const { rows } = await sql<{ email: string | null }>`
    select email from subscribers where id = ${subscription.subscriberId}`.execute(db)
  const email = rows[0]?.email ?? null
  if (email === null) return null
  return {
    email,
    subscriberId: subscription.subscriberId,
    title: await plainTitle(db, list),
    every: subscription.preferences.every,
  }
}
