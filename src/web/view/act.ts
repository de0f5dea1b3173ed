import type { Context } from 'hono'
import { setCookie } from 'hono/cookie'
import { refused } from '../errors/show.tsx'
import { localPath } from '../forms/local-path.ts'
import { readForm } from '../forms/read-form.ts'
import { wantsJson } from '../forms/wants-json.ts'
import type { Site } from '../site.ts'
import { VIEW_COOKIE, type View } from './view.ts'

/** As long as browsers keep cookies. */
const REMEMBERED_SECONDS = 400 * 24 * 3_600

/** `POST /view` with `view=headlines` or `view=full`: how this device shows lists from now on. */
export function chooseView(site: Site) {
  return async (c: Context): Promise<Response> => {
    const read = await readForm(c)
    if (!read.ok)
      return refused(c.var.site, c, {
        status: read.status,
        title: 'We could not read that form',
        reason: read.reason,
      })
    const view: View = read.form.text('view') === 'headlines' ? 'headlines' : 'full'
    setCookie(c, VIEW_COOKIE, view, {
      path: '/',
      httpOnly: true,
      sameSite: 'Lax',
      secure: site.origin.startsWith('https:'),
      maxAge: REMEMBERED_SECONDS,
    })
    return wantsJson(c) ? c.json({ view }) : c.redirect(localPath(read.form.text('back')), 303)
  }
}
