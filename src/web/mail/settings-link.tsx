import type { Context } from 'hono'
import { numberInCode } from '../../digests/mails.ts'
import { notFound } from '../errors/show.tsx'
import type { Site } from '../site.ts'
import { mailPage } from './subscription-page.tsx'

/**
 * `GET /mail/change/:code`: where “Change your settings” in a mail leads. Whoever has the mail may have it from its reader, so
 * the settings themselves are behind a link that is mailed again, to the reader alone.
 */
export function showSettingsLink(site: Site) {
  return (c: Context) => {
    c.header('cache-control', 'no-store')
    const id = numberInCode('unsubscribe', c.req.param('code') ?? '', { secret: site.accounts.secret })
    if (id === null) return notFound(site, c, { what: 'This link is not complete. Copy all of it.' })
    return c.html(
      mailPage(site, {
        title: 'Change your settings',
        children: (
          <>
            <p>
              Emails are forwarded now and then, so this link alone opens nothing. We send a private link to
              the address that this email went to. It works for 24 hours.
            </p>
            <form class="form" method="post" action={c.req.path}>
              <button type="submit" class="button">
                Send me the link
              </button>
            </form>
          </>
        ),
      }),
    )
  }
}

/** The same for everybody, whether or not the list still comes to somebody. */
export function askedPage(site: Site) {
  return mailPage(site, {
    title: 'Check your inbox',
    children: <p>If the list still comes to you, a link to your settings is on its way.</p>,
  })
}

/** After the address was erased, or the last list ended. */
export function erasedPage(site: Site, { last }: { last: boolean }) {
  return mailPage(site, {
    title: last ? 'You are unsubscribed' : 'Your address is erased',
    children: (
      <p>
        {last
          ? 'No list comes to you any more, and we have forgotten your address.'
          : 'All your lists have ended, and we have forgotten your address and what we sent you.'}{' '}
        <a href="/">Go to the front page</a>
      </p>
    ),
  })
}
