import { useProof } from '../../accounts/proof-of-work.ts'
import { countWithin, RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { canonicalMailbox } from '../../accounts/suspensions.ts'
import { queueConfirmation, queueReminder } from '../../digests/mails.ts'
import { parsePreferences, usualPreferences } from '../../digests/preferences.ts'
import { findSubscribable } from '../../digests/subscribable.ts'
import { askToSubscribe, MOST_UNANSWERED, unansweredInLastHour } from '../../digests/subscriptions.ts'
import { parseEmailAddress } from '../../mail/address.ts'
import { notFound, refused } from '../errors/show.tsx'
import { anonymously } from '../forms/anonymous-action.ts'
import { tooOften } from '../forms/reader-action.ts'
import { clientAddress } from '../sign-in/client-address.ts'
import type { Site } from '../site.ts'
import { preferencesIn } from './preference-fields.tsx'
import { provenAddress, SUBSCRIBE_FORM, subscribePage } from './show.tsx'

/**
 * `POST /subscribe` (`email`, `list`, `every`): mails a link to confirm. The answer is the same whether or not the address gets
 * the list already, has an account, or wants no mail. Readers who are signed in get it at their own address at once.
 */
export function subscribe(site: Site) {
  return anonymously(site, RATE_LIMITS.subscribeAddress, async (c, form) => {
    c.header('cache-control', 'no-store')
    const own = c.var.site
    const { db, accounts, now: clock, timeZone, origin, name } = own
    const now = clock()
    // Only bots fill in a hidden field; they get the same answer as everyone.
    if (form.text('website') !== '') return c.redirect('/subscribe/sent', 303)
    const readerId = own.viewer?.reader.id ?? null
    const list = await findSubscribable(db, form.text('list'), { origin, readerId })
    if (!list.ok && list.is === 'own') return c.redirect('/sign-in?to=/for-you', 303)
    if (!list.ok) return notFound(own, c, { what: list.reason })
    const read = parsePreferences(preferencesIn(form), usualPreferences('day', { timeZone }))
    const proven = provenAddress(own)
    const typed = form.text('email')
    const email = parseEmailAddress(typed.trim() === '' && proven !== null ? proven : typed)
    if (!read.ok || email === null) {
      const problem = read.ok ? 'That is not an email address. Enter one like name@example.org.' : read.reason
      const preferences = read.ok ? read.preferences : usualPreferences('day', { timeZone })
      const page = subscribePage(own, c, {
        of: list,
        preferences,
        email: typed.slice(0, 254),
        problem,
        isNew: false,
      })
      return c.html(page, 422)
    }
    const isProven = email === proven
    if (!isProven && list.list.kind === 'own')
      return refused(own, c, {
        status: 403,
        title: 'It is yours alone',
        reason: 'Your own front page comes to the address of your account, and to no other.',
      })
    if (!isProven) {
      const network = clientAddress(site, c)
      const hasWorked = await useProof(db, {
        challenge: form.text('challenge'),
        about: typed,
        answer: form.text('answer'),
        purpose: { form: SUBSCRIBE_FORM, network },
        secret: accounts.secret,
        now,
      })
      const limits = [
        ...(hasWorked ? [] : [{ limit: RATE_LIMITS.subscribeUnproved, of: network }]),
        // One mailbox has many addresses, and one domain many mailboxes.
        { limit: RATE_LIMITS.subscribeMailbox, of: await canonicalMailbox(db, { address: email }) },
        { limit: RATE_LIMITS.subscribeDomain, of: email.slice(email.lastIndexOf('@') + 1) },
      ]
      for (const { limit, of } of limits) {
        const counted = await countWithin(db, { limit, of, now })
        if (!counted.ok) return tooOften(own, c, counted)
      }
      // Whoever floods others with mail from here uses many networks: the site as a whole sends so much and no more.
      if ((await unansweredInLastHour(db, { now })) >= MOST_UNANSWERED) {
        c.header('retry-after', '3600')
        return refused(own, c, {
          status: 503,
          title: 'Too many people at once',
          reason: 'Very many people have just subscribed and not confirmed yet. Try again in an hour.',
        })
      }
    }
    const asked = await askToSubscribe(db, {
      email,
      list: list.address,
      preferences: read.preferences,
      proven: isProven,
      secret: accounts.secret,
      now,
    })
    const means = { site: { name, origin: site.origin }, secret: accounts.secret, now }
    switch (asked.kind) {
      case 'confirmed':
        return c.redirect('/mail/settings?saved', 303)
      case 'to confirm':
        await queueConfirmation(db, { subscriptionId: asked.subscriptionId, ...means })
        break
      case 'there':
        if (isProven) return c.redirect('/mail/settings', 303)
        await queueReminder(db, { subscriptionId: asked.subscriptionId, ...means })
        break
      case 'nothing':
        break
    }
    return c.redirect('/subscribe/sent', 303)
  })
}
