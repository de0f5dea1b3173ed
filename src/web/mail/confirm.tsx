import type { Context } from 'hono'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { mailedTitleAt } from '../../digests/mailed-list.ts'
import { numberInCode, settingsCode } from '../../digests/mails.ts'
import { confirmSubscription, findSubscription, type Subscription } from '../../digests/subscriptions.ts'
import { byButton } from '../forms/anonymous-action.ts'
import type { Site } from '../site.ts'
import { inWords } from '../subscribe/preference-fields.tsx'
import { mailPage } from './subscription-page.tsx'

function codeIn(site: Site, c: Context): number | null {
  return numberInCode('confirm', c.req.param('code') ?? '', { secret: site.accounts.secret })
}

/** `GET /mail/confirm/:code`: where the link in the mail leads. Opening it does nothing; its button confirms. */
export function showConfirm(site: Site) {
  return async (c: Context) => {
    c.header('cache-control', 'no-store')
    const id = codeIn(site, c)
    const found = id === null ? null : await findSubscription(site.db, { id, now: site.now() })
    if (!found) return c.html(gonePage(site), 404)
    const title = await mailedTitleAt(site.db, found.list)
    if (found.confirmedAt !== null)
      return c.html(await confirmedPage(site, { subscription: found, title, settings: null }))
    return c.html(
      mailPage(site, {
        title: `${title}, by email`,
        kicker: 'One more step',
        children: (
          <>
            <p>It comes {inWords(found.preferences)}. The first one follows at once.</p>
            <form class="form" method="post" action={c.req.path}>
              <button type="submit" class="button">
                Confirm
              </button>
            </form>
          </>
        ),
      }),
    )
  }
}

/** `POST /mail/confirm/:code` */
export function confirm(site: Site) {
  return byButton(site, RATE_LIMITS.links, async (c) => {
    c.header('cache-control', 'no-store')
    const own = c.var.site
    const id = codeIn(own, c)
    const now = own.now()
    const outcome = id === null ? null : await confirmSubscription(own.db, { id, now })
    if (!outcome) return c.html(gonePage(own), 404)
    const { fresh, subscription } = outcome
    // Only the first time: the mail may be passed on later, and then opens nobody's settings.
    const settings = fresh
      ? `/mail/settings/${settingsCode(subscription.subscriberId, { secret: own.accounts.secret, now })}`
      : null
    const title = await mailedTitleAt(own.db, subscription.list)
    return c.html(await confirmedPage(own, { subscription, title, settings }))
  })
}

async function confirmedPage(
  site: Site,
  { subscription, title, settings }: { subscription: Subscription; title: string; settings: string | null },
) {
  return mailPage(site, {
    title: 'You are subscribed',
    children: (
      <>
        <p>
          <a href={subscription.list}>{title}</a> comes to you {inWords(subscription.preferences)}.
        </p>
        <p>
          Every email has a link to stop it.{' '}
          {settings !== null && <a href={settings}>Change your settings</a>}
        </p>
      </>
    ),
  })
}

function gonePage(site: Site) {
  return mailPage(site, {
    title: 'This link no longer works',
    children: (
      <>
        <p>It is older than a week, or what it was for has ended.</p>
        <p>
          <a href="/subscribe">Subscribe again</a>
        </p>
      </>
    ),
  })
}
