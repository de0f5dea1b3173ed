import { z } from 'zod'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { mailAddress } from '../../accounts/reader.ts'
import { setReplyMail, wantsReplyMail } from '../../accounts/reply-mail-wish.ts'
import { holdReaders } from '../../db/hold-readers.ts'
import { inTransaction } from '../../db/transaction.ts'
import { EVERY } from '../../digests/issue.ts'
import { mailedTitleAt } from '../../digests/mailed-list.ts'
import {
  LONGEST,
  LONGEST_NOT_ABOUT,
  parsePreferences,
  SHORTEST,
  usualPreferences,
  type PreferencesDraft,
} from '../../digests/preferences.ts'
import { weekdaysIn } from '../../digests/schedule.ts'
import { findSubscribable } from '../../digests/subscribable.ts'
import {
  askToSubscribe,
  changeSubscription,
  endSubscription,
  findSubscriber,
  pauseSubscriber,
  pauseSubscription,
  type Subscriber,
  type Subscription,
} from '../../digests/subscriptions.ts'
import { parseEmailAddress, type EmailAddress } from '../../mail/address.ts'
import type { Site, Viewer } from '../../web/site.ts'
import { acting } from '../operation.ts'
import { problem } from '../problem.ts'
import { text } from '../shapes/paper.ts'

const GROUP = 'Email'

const SubscriptionShape = z
  .object({
    id: z.int(),
    list: z.string().describe('The address of the list on this site'),
    title: z.string(),
    every: z.enum(EVERY),
    hour: z.int().describe('Of the day, in the time zone'),
    timeZone: z.string(),
    weekdays: z.array(z.int()).describe('0 for Monday to 6 for Sunday'),
    length: z.int().describe('The most papers of an issue'),
    notAbout: z.array(z.string()).describe('Papers with these words or phrases are left out'),
    confirmed: z.boolean(),
    paused: z.boolean(),
    nextAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Subscription' })

async function toJson(
  site: Site,
  { id, list, preferences, confirmedAt, pausedAt, nextAt }: Subscription,
): Promise<z.input<typeof SubscriptionShape>> {
  const { every, hour, timeZone, weekdays, length, notAbout } = preferences
  return {
    id,
    list,
    title: await mailedTitleAt(site.db, list),
    every,
    hour,
    timeZone,
    weekdays: weekdaysIn(weekdays),
    length,
    notAbout,
    confirmed: confirmedAt !== null,
    paused: pausedAt !== null,
    nextAt: nextAt?.toISOString() ?? null,
  }
}

// No default: what is left out stays as it is, or is as usual.
const Preferences = {
  every: z.enum(EVERY).optional(),
  hour: z.int().min(0).max(23).optional(),
  timeZone: text(64).optional().describe('The name of a place, such as Europe/Berlin'),
  weekdays: z.array(z.int().min(0).max(6)).min(1).max(7).optional().describe('0 for Monday to 6 for Sunday'),
  length: z.int().min(SHORTEST).max(LONGEST).optional().describe('The most papers of an issue'),
  notAbout: z
    .array(text(LONGEST_NOT_ABOUT))
    .max(20)
    .optional()
    .describe(`Words and phrases, of ${LONGEST_NOT_ABOUT} characters in all`),
}

type Given = { [K in keyof typeof Preferences]?: z.output<(typeof Preferences)[K]> | undefined }

/** What a program says of preferences, as the form says it. */
function draftOf({ every, hour, timeZone, weekdays, length, notAbout }: Given): PreferencesDraft {
  return {
    ...(every !== undefined && { every }),
    ...(hour !== undefined && { hour: String(hour) }),
    ...(timeZone !== undefined && { timeZone }),
    ...(weekdays !== undefined && { weekdays: weekdays.map(String) }),
    ...(length !== undefined && { length: String(length) }),
    ...(notAbout !== undefined && { notAbout: notAbout.join('\n') }),
  }
}

const NO_MAIL = problem(
  'refused',
  'Your account has no email address that you have proven, so no list can come to you.',
)
const NO_SUBSCRIPTION = problem('not-found', 'This list does not come to you.', { parameter: 'id' })

function addressOf({ viewer }: Site): EmailAddress | null {
  const proven = viewer && mailAddress(viewer.reader)
  return proven === null ? null : parseEmailAddress(proven)
}

/** Who gets mail at the address of the reader who asks; null while nothing comes to them. */
async function subscriberOf(site: Site): Promise<Subscriber | null> {
  const email = addressOf(site)
  return email === null ? null : findSubscriber(site.db, { email })
}

async function ownSubscription(
  site: Site,
  id: number,
): Promise<{ subscriber: Subscriber; subscription: Subscription } | null> {
  const subscriber = await subscriberOf(site)
  const subscription = subscriber?.subscriptions.find((one) => one.id === id)
  return subscriber && subscription ? { subscriber, subscription } : null
}

export const listOwnSubscriptions = acting({
  id: 'list_my_subscriptions',
  method: 'GET',
  path: '/api/me/subscriptions',
  group: GROUP,
  summary: 'The lists that come to you by email',
  scope: 'read',
  limit: null,
  answer: z.array(SubscriptionShape),
  async run({ site }) {
    const subscriber = await subscriberOf(site)
    const body = await Promise.all((subscriber?.subscriptions ?? []).map((one) => toJson(site, one)))
    return { ok: true, body }
  },
})

export const subscribeToList = acting({
  id: 'subscribe',
  method: 'POST',
  path: '/api/me/subscriptions',
  group: GROUP,
  summary: 'Get a list by email, at your own address',
  description:
    'It comes from now on: nobody needs to confirm. One that comes already stays as it is; change it at its own address.',
  scope: 'subscribe',
  limit: RATE_LIMITS.change,
  status: 201,
  body: z.strictObject({
    list: text(2_000).describe(
      'The address of a list on this site: /, /papers/trending, /topics/cs.CL, /papers?q=graphs and so on; your own front page is /for-you',
    ),
    ...Preferences,
  }),
  answer: SubscriptionShape,
  async run({ site, now }, { list: typed, ...given }) {
    const email = addressOf(site)
    if (email === null) return NO_MAIL
    const list = await findSubscribable(site.db, typed, {
      origin: site.origin,
      readerId: site.viewer.reader.id,
    })
    if (!list.ok) return problem('refused', list.reason, { parameter: 'list' })
    const read = parsePreferences(
      draftOf(given),
      usualPreferences(given.every ?? 'day', { timeZone: site.timeZone }),
    )
    if (!read.ok) return problem('refused', read.reason)
    const asked = await asReader(site, (db) =>
      askToSubscribe(db, {
        email,
        list: list.address,
        preferences: read.preferences,
        proven: true,
        secret: site.accounts.secret,
        now,
      }),
    )
    const id = 'subscriptionId' in asked ? asked.subscriptionId : await idOf(site, list.address)
    const found = id === null ? null : await ownSubscription(site, id)
    if (found === null) return TOO_MANY
    return {
      ok: true,
      status: asked.kind === 'there' ? 200 : 201,
      location: `/api/me/subscriptions/${found.subscription.id}`,
      body: await toJson(site, found.subscription),
    }
  },
})

const TOO_MANY = problem(
  'refused',
  'No more lists can come to your address. End one that you no longer need.',
)

async function idOf(site: Site, list: string): Promise<number | null> {
  return (await subscriberOf(site))?.subscriptions.find((one) => one.list === list)?.id ?? null
}

const one = z.strictObject({ id: z.int().min(1).max(999_999_999_999_999) })

export const getOwnSubscription = acting({
  id: 'get_my_subscription',
  method: 'GET',
  path: '/api/me/subscriptions/{id}',
  group: GROUP,
  summary: 'One list that comes to you by email',
  scope: 'read',
  limit: null,
  parameters: one,
  answer: SubscriptionShape,
  async run({ site }, { id }) {
    const found = await ownSubscription(site, id)
    return found ? { ok: true, body: await toJson(site, found.subscription) } : NO_SUBSCRIPTION
  },
})

export const changeOwnSubscription = acting({
  id: 'change_subscription',
  method: 'PATCH',
  path: '/api/me/subscriptions/{id}',
  group: GROUP,
  summary: 'Change how a list comes to you, pause it, or resume it',
  scope: 'subscribe',
  limit: RATE_LIMITS.change,
  parameters: one,
  body: z.strictObject({ ...Preferences, paused: z.boolean().optional() }),
  answer: SubscriptionShape,
  async run({ site, now }, { id, paused, ...given }) {
    const found = await ownSubscription(site, id)
    if (!found) return NO_SUBSCRIPTION
    const of = { id, subscriberId: found.subscriber.id, now }
    const draft = draftOf(given)
    const read = parsePreferences(draft, found.subscription.preferences)
    if (!read.ok) return problem('refused', read.reason)
    await asReader(site, async (db) => {
      if (Object.keys(draft).length > 0)
        await changeSubscription(db, { ...of, preferences: read.preferences })
      if (paused !== undefined) await pauseSubscription(db, { ...of, paused })
    })
    const left = await ownSubscription(site, id)
    return left ? { ok: true, body: await toJson(site, left.subscription) } : NO_SUBSCRIPTION
  },
})

export const endOwnSubscription = acting({
  id: 'unsubscribe',
  method: 'DELETE',
  path: '/api/me/subscriptions/{id}',
  group: GROUP,
  summary: 'End a list that comes to you by email',
  description: 'With the last of them we forget what we kept for sending. One that has ended is no error.',
  scope: 'subscribe',
  limit: RATE_LIMITS.change,
  parameters: one,
  answer: z.object({ id: z.int(), ended: z.boolean() }).meta({ id: 'EndedSubscription' }),
  async run({ site, now }, { id }) {
    if (await ownSubscription(site, id)) await asReader(site, (db) => endSubscription(db, { id, now }))
    return { ok: true, body: { id, ended: true } }
  },
})

const MailShape = z
  .object({
    paused: z.boolean().describe('Whether all lists are paused'),
    replies: z.boolean().describe('Whether you get an email when someone replies to a comment of yours'),
  })
  .meta({ id: 'OwnMail' })

async function mailOf(
  site: Site & { viewer: Viewer },
  email: EmailAddress,
): Promise<z.input<typeof MailShape>> {
  const [subscriber, replies] = await Promise.all([
    findSubscriber(site.db, { email }),
    wantsReplyMail(site.db, { email }),
  ])
  return { paused: (subscriber?.pausedAt ?? null) !== null, replies: replies ?? false }
}

export const getOwnMail = acting({
  id: 'get_my_mail',
  method: 'GET',
  path: '/api/me/mail',
  group: GROUP,
  summary: 'Whether your email is paused, and whether you hear of replies',
  scope: 'read',
  limit: null,
  answer: MailShape,
  async run({ site }) {
    const email = addressOf(site)
    return email === null ? NO_MAIL : { ok: true, body: await mailOf(site, email) }
  },
})

export const changeOwnMail = acting({
  id: 'change_mail',
  method: 'PATCH',
  path: '/api/me/mail',
  group: GROUP,
  summary: 'Pause or resume all lists, or choose whether you hear of replies',
  scope: 'subscribe',
  limit: RATE_LIMITS.change,
  body: z.strictObject({ paused: z.boolean().optional(), replies: z.boolean().optional() }),
  answer: MailShape,
  async run({ site, now }, { paused, replies }) {
    const email = addressOf(site)
    if (email === null) return NO_MAIL
    const subscriber = await findSubscriber(site.db, { email })
    await asReader(site, async (db) => {
      if (replies !== undefined) await setReplyMail(db, { of: { email }, wanted: replies, now })
      if (paused !== undefined && subscriber) await pauseSubscriber(db, { id: subscriber.id, paused, now })
    })
    return { ok: true, body: await mailOf(site, email) }
  },
})

/** Holds the reader who asks while something of theirs is changed: readers are held before subscribers. */
async function asReader<T>(
  { db, viewer }: Site & { viewer: Viewer },
  change: (db: Site['db']) => Promise<T>,
): Promise<T> {
  return inTransaction(db, async (trx) => {
    await holdReaders(trx, { acting: [viewer.reader.id] })
    return change(trx)
  })
}
