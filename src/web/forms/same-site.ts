import type { Context, MiddlewareHandler } from 'hono'
import { isForPrograms } from '../../api/addresses.ts'
import { refused } from '../errors/show.tsx'
import type { Site } from '../site.ts'

/** Methods that change nothing. */
const ASKING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses requests that another site makes a browser send. Browsers say where a request comes from, in Sec-Fetch-Site
 * and Origin. A client that says neither is not a browser, and has only its own cookies. Cookies are also SameSite=Lax.
 */
export function sameSiteOnly(site: Site): MiddlewareHandler {
  return async (c, next) => {
    // A token is nothing that a browser sends by itself.
    if (ASKING.has(c.req.method) || isForPrograms(c.req.path) || isOwn(site, c)) return next()
    return refused(site, c, {
      status: 403,
      title: 'This came from another site',
      reason: 'We accept forms only from our own pages. Open this site and try again there.',
    })
  }
}

function isOwn(site: Site, c: Context): boolean {
  const from = c.req.header('sec-fetch-site')
  if (from !== undefined && from !== 'same-origin' && from !== 'none') return false
  const origin = c.req.header('origin')
  if (origin === undefined) return true
  const host = URL.parse(origin)?.host
  return host !== undefined && (host === c.req.header('host') || origin === site.origin)
}
