import type { MiddlewareHandler } from 'hono'
import { AUTH_PATH } from '../../accounts/auth.ts'
import { refused } from '../errors/show.tsx'
import { HARVESTED } from '../machine-paths.ts'
import type { Site } from '../site.ts'

/**
 * Accepts forms only under the site's own hosts: where they lead, and the cookies that they set, would be of another one.
 * Pages can be read under any host.
 */
export function ownHostOnly(site: Site): MiddlewareHandler {
  return async (c, next) => {
    const asksOnly =
      c.req.path === HARVESTED || (c.req.method !== 'POST' && !c.req.path.startsWith(`${AUTH_PATH}/`))
    if (asksOnly || site.accounts.answersAt(c.req.header('host'))) return next()
    return refused(site, c, {
      status: 400,
      title: 'Unknown address',
      reason: 'This site is not set up for this address. The people who run it need to set PUBLIC_URL to it.',
    })
  }
}
