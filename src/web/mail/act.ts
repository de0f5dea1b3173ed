import type { Context } from 'hono'
import { countWithin, RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { setReplyMail } from '../../accounts/reply-mail-wish.ts'
import { eraseSubscriber } from '../../digests/erase-subscriber.ts'
import { exportSubscriber } from '../../digests/export-subscriber.ts'
import { numberInCode, queueSettingsLink } from '../../digests/mails.ts'
import { parsePreferences } from '../../digests/preferences.ts'
import {
  changeSubscription,
  endSubscription,
  findSubscriber,
  findSubscription,
  pauseSubscriber,
  pauseSubscription,
  type Subscriber,
} from '../../digests/subscriptions.ts'
import { parseEmailAddress } from '../../mail/address.ts'
import { eraseFromOutbox } from '../../mail/outbox.ts'
import { notFound } from '../errors/show.tsx'
import { anonymously, byButton } from '../forms/anonymous-action.ts'
import type { Form } from '../forms/read-form.ts'
import { tooOften } from '../forms/reader-action.ts'
import type { Site } from '../site.ts'
import { preferencesIn } from '../subscribe/preference-fields.tsx'
import { expiredPage, settingsPage, subscriberAsked } from './settings.tsx'
import { askedPage, erasedPage } from './settings-link.tsx'

type Acting = { site: Site; subscriber: Subscriber; form: Form; code: string; now: Date }

/** An action of a subscriber: whoever has the code that was mailed to them, or is signed in with that address. */
const subscriberDoes = (act: (acting: Acting, c: Context) => Promise<Response | void>) => (site: Site) =>
  anonymously(site, RATE_LIMITS.links, async (c, form) => {
    c.header('cache-control', 'no-store')
    const own = c.var.site
    const code = form.text('code')
    const subscriber = await subscriberAsked(own, code)
    if (!subscriber && code === '') return c.redirect('/sign-in?to=/mail/settings', 303)
    if (!subscriber) return c.html(expiredPage(own), 404)
    const answer = await act({ site: own, subscriber, form, code, now: own.now() }, c)
    return answer ?? c.redirect(`${settingsPath(code)}?saved`, 303)
  })

function settingsPath(code: string): string {
  return code === '' ? '/mail/settings' : `/mail/settings/${code}`
}

function idIn(form: Form): number | null {
  return /^\d{1,15}$/.test(form.text('id')) ? Number(form.text('id')) : null
}

/** `POST /mail/settings/lists`: changes how a list comes. */
export const changeList = subscriberDoes(async ({ site, subscriber, form, code, now }, c) => {
  const own = subscriber.subscriptions.find(({ id }) => id === idIn(form))
  if (!own) return notFound(site, c, { what: 'This list does not come to you any more.' })
  const read = parsePreferences(preferencesIn(form), own.preferences)
  if (!read.ok)
    return c.html(
      await settingsPage(site, { subscriber, code, problem: { id: own.id, reason: read.reason } }),
      422,
    )
  await changeSubscription(site.db, {
    id: own.id,
    subscriberId: subscriber.id,
    preferences: read.preferences,
    now,
  })
})

const pauses = (paused: boolean) =>
  subscriberDoes(async ({ site, subscriber, form, now }) => {
    const id = idIn(form)
    if (id !== null) await pauseSubscription(site.db, { id, subscriberId: subscriber.id, paused, now })
  })
/** `POST /mail/settings/lists/pause` */
export const pauseList = pauses(true)
/** `POST /mail/settings/lists/pause/end` */
export const resumeList = pauses(false)

/** `POST /mail/settings/lists/end`: ends one list. With the last one the address is forgotten. */
export const endList = subscriberDoes(async ({ site, subscriber, form, now }, c) => {
  const own = subscriber.subscriptions.find(({ id }) => id === idIn(form))
  if (!own) return undefined
  await endSubscription(site.db, { id: own.id, now })
  return subscriber.subscriptions.length === 1 ? c.html(erasedPage(site, { last: true })) : undefined
})

const pausesAll = (paused: boolean) =>
  subscriberDoes(({ site, subscriber, now }) => pauseSubscriber(site.db, { id: subscriber.id, paused, now }))
/** `POST /mail/settings/pause-all` */
export const pauseAll = pausesAll(true)
/** `POST /mail/settings/pause-all/end` */
export const resumeAll = pausesAll(false)

const wants = (replies: boolean) =>
  subscriberDoes(({ site, subscriber, now }) =>
    setReplyMail(site.db, { of: { email: subscriber.email }, wanted: replies, now }),
  )
/** `POST /mail/settings/replies` */
export const wantReplies = wants(true)
/** `POST /mail/settings/replies/end` */
export const endReplies = wants(false)

/** `POST /mail/settings/erasure` */
export const erase = subscriberDoes(async ({ site, subscriber, form, now }, c) => {
  const email = parseEmailAddress(subscriber.email)
  if (email === null) throw new Error('a subscriber has no address')
  await eraseSubscriber(site.db, { email, never: form.ticked('never'), secret: site.accounts.secret, now })
  await eraseFromOutbox(site.outboxFolder, { address: email })
  return c.html(erasedPage(site, { last: false }))
})

/** `GET /mail/settings/:code/export`, and `/mail/settings/export` for readers who are signed in. */
export function sendMailExport(site: Site) {
  return async (c: Context) => {
    c.header('cache-control', 'no-store')
    const subscriber = await subscriberAsked(site, c.req.param('code') ?? '')
    if (!subscriber) return c.html(expiredPage(site), 404)
    return c.json(await exportSubscriber(site.db, subscriber), 200, {
      'content-disposition': 'attachment; filename="email.json"',
    })
  }
}

/** `POST /mail/change/:code`: mails a link to the settings, to nobody but the reader whose mail the code was in. */
export function sendSettingsLink(site: Site) {
  return byButton(site, RATE_LIMITS.links, async (c) => {
    c.header('cache-control', 'no-store')
    const own = c.var.site
    const { db, accounts, name } = own
    const now = own.now()
    const id = numberInCode('unsubscribe', c.req.param('code') ?? '', accounts)
    const subscription = id === null ? null : await findSubscription(db, { id, now })
    const subscriber = subscription && (await findSubscriber(db, { id: subscription.subscriberId }))
    if (subscriber) {
      const counted = await countWithin(db, { limit: RATE_LIMITS.settingsLink, of: subscriber.email, now })
      if (!counted.ok) return tooOften(own, c, counted)
      await queueSettingsLink(db, {
        subscriberId: subscriber.id,
        email: subscriber.email,
        site: { name, origin: site.origin },
        secret: accounts.secret,
        now,
      })
    }
    return c.html(askedPage(own))
  })
}
