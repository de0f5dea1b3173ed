import type { Context, Handler } from 'hono'
import { countWithin, RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { addField, fieldNamed } from '../../sources/fields.ts'
import { addSource, hadSources } from '../../sources/sources.ts'
import { draftIn } from '../desk/sources/show.tsx'
import { refused } from '../errors/show.tsx'
import { readForm } from '../forms/read-form.ts'
import { tooOften } from '../forms/reader-action.ts'
import type { Site } from '../site.ts'
import { isWelcomeKey } from './key.ts'
import { LINK_IS_OVER, welcomePage } from './show.tsx'

/** `POST /welcome`: chooses the site's field, once, by the key that its console shows. */
export function choose(site: Site): Handler {
  return async (c: Context) => {
    const own = c.var.site
    const now = site.now()
    const read = await readForm(c)
    if (!read.ok)
      return refused(own, c, {
        status: read.status,
        title: 'We could not read that form',
        reason: read.reason,
      })
    const { form } = read
    c.header('cache-control', 'no-store')
    if (!isWelcomeKey(form.text('key'), site.welcomeKey)) {
      // Only those who guess are counted, so that they cannot keep out whoever has the key.
      const counted = await countWithin(site.db, { limit: RATE_LIMITS.welcome, of: 'everyone', now })
      return counted.ok ? refused(own, c, LINK_IS_OVER) : tooOften(own, c, counted)
    }
    if (await hadSources(site.db)) return refused(own, c, LINK_IS_OVER)
    const field = fieldNamed(form.text('field'))
    if (field) await addField(site.db, field, { trusted: false, now })
    else {
      const added = await addSource(site.db, draftIn(form), { trusted: false, now })
      if (!added.ok)
        return c.html(welcomePage(own, { problem: added.reason, typed: form.text('categories') }), 422)
    }
    return c.redirect(`/welcome/begun?${new URLSearchParams({ key: site.welcomeKey }).toString()}`, 303)
  }
}
