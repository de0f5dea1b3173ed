import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import { isLoopback, networkKey, parseForwarded } from '../../accounts/networks.ts'
import { countWithin, type RateLimit } from '../../accounts/rate-limits.ts'
import { tooOften } from '../forms/reader-action.ts'
import type { Site } from '../site.ts'

/**
 * A key for rate limits by the network of the client (accounts/networks.ts). Behind a proxy on this machine, the proxy
 * supplies the address: the last entry of X-Forwarded-For.
 */
export function clientAddress(site: Site, c: Context): string {
  const direct = remoteAddress(c)
  const forwarded =
    direct === '' || isLoopback(direct)
      ? parseForwarded(c.req.header('x-forwarded-for')?.split(',').at(-1) ?? '')
      : null
  return networkKey(forwarded ?? direct, site.accounts)
}

/** Counts a request of the client's network; the answer where that is one too many, else null. */
export async function tooOftenFromThere(site: Site, c: Context, limit: RateLimit): Promise<Response | null> {
  const counted = await countWithin(site.db, { limit, of: clientAddress(site, c), now: site.now() })
  return counted.ok ? null : tooOften(site, c, counted)
}

function remoteAddress(c: Context): string {
  try {
    return getConnInfo(c).remote.address ?? ''
  } catch {
    // Asked without a connection, as tests do.
    return ''
  }
}
