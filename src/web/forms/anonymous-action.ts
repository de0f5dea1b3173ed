import type { Context } from 'hono'
import type { RateLimit } from '../../accounts/rate-limits.ts'
import { refused } from '../errors/show.tsx'
import { tooOftenFromThere } from '../sign-in/client-address.ts'
import type { Site } from '../site.ts'
import { readForm, type Form } from './read-form.ts'

/** An action of someone who is not signed in that is a button and nothing else: whatever is sent with it is not looked at. */
export function byButton(site: Site, limit: RateLimit, act: (c: Context) => Promise<Response>) {
  return async (c: Context): Promise<Response> => (await tooOftenFromThere(site, c, limit)) ?? act(c)
}

/** Reads a form from someone who is not signed in, rate-limited by network address. */
export function anonymously(
  site: Site,
  limit: RateLimit,
  act: (c: Context, form: Form) => Promise<Response>,
) {
  return async (c: Context): Promise<Response> => {
    const read = await readForm(c)
    if (!read.ok)
      return refused(site, c, {
        status: read.status,
        title: 'We could not read that form',
        reason: read.reason,
      })
    return (await tooOftenFromThere(site, c, limit)) ?? act(c, read.form)
  }
}
