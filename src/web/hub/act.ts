import type { Context } from 'hono'
import { countWithin, RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { parseAsk, queueAsk } from '../../webhooks/hub/subscribe.ts'
import { readForm } from '../forms/read-form.ts'
import { clientAddress, tooOftenFromThere } from '../sign-in/client-address.ts'
import type { Site } from '../site.ts'

const PLAIN = { 'cache-control': 'no-store' }

/**
 * `POST /websub`: what programs ask the hub of our feeds for. They are no browsers, and need neither an account nor a page of
 * ours: nothing comes of it unless the callback itself says that it wants it.
 */
export function askHub(site: Site) {
  return async (c: Context): Promise<Response> => {
    const read = await readForm(c)
    if (!read.ok) return c.text(`${read.reason}\n`, read.status, PLAIN)
    const parsed = parseAsk((name) => read.form.text(name), { origin: site.origin })
    if (!parsed.ok) return c.text(`${parsed.reason}\n`, 400, PLAIN)
    const { ask } = parsed
    const now = site.now()
    const tooOften = await tooOftenFromThere(site, c, RATE_LIMITS.hubAddress)
    if (tooOften) return tooOften
    const counted = await countWithin(site.db, { limit: RATE_LIMITS.hubHost, of: ask.callbackHost, now })
    if (!counted.ok)
      return c.text('Too many subscriptions were asked for at this host. Try again later.\n', 429, {
        ...PLAIN,
        'retry-after': String(counted.retryAfterSeconds),
      })
    const outcome = await queueAsk(site.db, ask, { network: clientAddress(site, c), now })
    if (!outcome.ok) return c.text(`${outcome.reason}\n`, 403, PLAIN)
    return c.text('We will ask the callback whether it wants this.\n', 202, PLAIN)
  }
}

/** `/websub` by any other method: there is nothing to read here. */
export function describeHub() {
  return (c: Context): Response =>
    c.text(
      'This is the WebSub hub of our feeds. Programs subscribe by POST: https://www.w3.org/TR/websub/\n',
      405,
      {
        ...PLAIN,
        allow: 'POST',
      },
    )
}
