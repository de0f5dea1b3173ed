import type { Context } from 'hono'
import { setReplyMail } from '../../accounts/reply-mail-wish.ts'
import { readSignedCode } from '../../mail/signed-link.ts'
import { mailedTitleAt } from '../../digests/mailed-list.ts'
import { numberInCode } from '../../digests/mails.ts'
import { endSubscription, findSubscription } from '../../digests/subscriptions.ts'
import { notFound } from '../errors/show.tsx'
import type { Site } from '../site.ts'
import { mailPage } from './subscription-page.tsx'

function codeIn(site: Site, c: Context): number | null {
  return numberInCode('unsubscribe', c.req.param('code') ?? '', { secret: site.accounts.secret })
}

/** `GET /mail/u/:code`: where the link at the foot of a mail leads. Opening it does nothing, whoever does; its button ends the list. */
export function showUnsubscribe(site: Site) {
  return async (c: Context) => {
    c.header('cache-control', 'no-store')
    const id = codeIn(site, c)
    if (id === null) return notFound(site, c, { what: 'This link is not complete. Copy all of it.' })
    const found = await findSubscription(site.db, { id, now: site.now() })
    if (!found) return c.html(endedPage(site, null))
    const title = await mailedTitleAt(site.db, found.list)
    return c.html(
      mailPage(site, {
        title: `Stop “${unquoted(title)}”?`,
        children: (
          <>
            <p>You get no more email of this list. Other lists still come to you.</p>
            <form class="form" method="post" action={c.req.path}>
              <button type="submit" class="button">
                Unsubscribe
              </button>
            </form>
          </>
        ),
      }),
    )
  }
}

/**
 * `POST /mail/u/:code`: ends the list, without a cookie, a redirect, or a look at what is sent: mail programs post
 * `List-Unsubscribe=One-Click` in any form (RFC 8058). A second time changes nothing.
 */
export function unsubscribe(_base: Site) {
  return async (c: Context): Promise<Response> => {
    c.header('cache-control', 'no-store')
    const own = c.var.site
    const id = codeIn(own, c)
    if (id === null) return notFound(own, c, { what: 'This link is not complete. Copy all of it.' })
    const now = own.now()
    const found = await findSubscription(own.db, { id, now })
    await endSubscription(own.db, { id, now })
    return c.html(endedPage(own, found && (await mailedTitleAt(own.db, found.list))))
  }
}

function endedPage(site: Site, title: string | null) {
  return mailPage(site, {
    title: 'You are unsubscribed',
    children: (
      <p>
        {title === null
          ? 'This list does not come to you any more.'
          : `“${unquoted(title)}” does not come to you any more.`}{' '}
        <a href="/subscribe">Subscribe again</a>
      </p>
    ),
  })
}

/** Titles of searches have quotation marks of their own. */
function unquoted(title: string): string {
  return title.replaceAll(/^“|”$/g, '')
}

/** `GET /mail/r/:code`: the same for email about replies to a reader's comments. */
export function showStopReplies(site: Site) {
  return (c: Context) => {
    c.header('cache-control', 'no-store')
    if (readerIn(site, c) === null)
      return notFound(site, c, { what: 'This link is not complete. Copy all of it.' })
    return c.html(
      mailPage(site, {
        title: 'Stop email about replies?',
        children: (
          <form class="form" method="post" action={c.req.path}>
            <button type="submit" class="button">
              Unsubscribe
            </button>
          </form>
        ),
      }),
    )
  }
}

/** `POST /mail/r/:code` */
export function stopReplies(_base: Site) {
  return async (c: Context): Promise<Response> => {
    c.header('cache-control', 'no-store')
    const own = c.var.site
    const readerId = readerIn(own, c)
    if (readerId === null) return notFound(own, c, { what: 'This link is not complete. Copy all of it.' })
    await setReplyMail(own.db, { of: { id: readerId }, wanted: false, now: own.now() })
    return c.html(
      mailPage(own, {
        title: 'You are unsubscribed',
        children: (
          <p>
            You get no more email about replies. You can turn it on again in your{' '}
            <a href="/settings">settings</a>.
          </p>
        ),
      }),
    )
  }
}

function readerIn(site: Site, c: Context): string | null {
  const said = readSignedCode('no replies', c.req.param('code') ?? '', { secret: site.accounts.secret })
  return said !== null && /^[0-9a-f-]{36}$/.test(said) ? said : null
}
