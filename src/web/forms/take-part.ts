import type { Context, Handler } from 'hono'
import { countWithin, type RateLimit } from '../../accounts/rate-limits.ts'
import type { Reader } from '../../accounts/reader.ts'
import { MayNotAct } from '../../db/hold-readers.ts'
import { refused } from '../errors/show.tsx'
import type { Site, Viewer } from '../site.ts'
import { siteFor } from '../viewer.ts'
import { localPath } from './local-path.ts'
import { readForm, type Form } from './read-form.ts'
import { wantsJson } from './wants-json.ts'

/** What an action gets: the site for the reader who acts, and what their form said. */
export type Acting = { site: Site & { viewer: Viewer }; reader: Reader; form: Form; now: Date }

/**
 * An action of a reader: the form is read and bounded, who is not signed in is asked to, who is suspended is told so,
 * who does it too often waits. Then `act` does it. `curator`: for curators only. `evenSuspended`: for what everybody
 * may always do, such as leaving.
 */
export function takePart(
  site: Site,
  {
    limit,
    curator = false,
    evenSuspended = false,
  }: { limit: RateLimit; curator?: boolean; evenSuspended?: boolean },
  act: (acting: Acting, c: Context) => Promise<Response>,
): Handler {
  return async (c) => {
    const own = await siteFor(site, c)
    const read = await readForm(c)
    if (!read.ok)
      return refused(own, c, { status: read.status, title: 'That form cannot be read', reason: read.reason })
    const { viewer } = own
    if (viewer === null) return askToSignIn(c, read.form)
    const { reader } = viewer
    if (reader.suspended && !evenSuspended) return refused(own, c, SUSPENDED)
    if (curator && !reader.curator)
      return refused(own, c, {
        status: 403,
        title: 'For curators only',
        reason: 'Only curators can do this.',
      })
    const now = site.now()
    const counted = await countWithin(site.db, { limit, of: reader.id, now })
    if (!counted.ok) return tooOften(own, c, counted)
    try {
      return await act({ site: { ...own, viewer }, reader, form: read.form, now }, c)
    } catch (error) {
      if (!(error instanceof MayNotAct)) throw error
      // While this was on its way the account was deleted, or suspended.
      const left = await siteFor(site, c)
      return left.viewer === null ? askToSignIn(c, read.form) : refused(left, c, SUSPENDED)
    }
  }
}

const SUSPENDED = {
  status: 403,
  title: 'Your account is suspended',
  reason: 'A curator has suspended it; the reason stands in the public moderation log. You can still read.',
} as const

/** Back to the page on which a form stood. */
export function goBack(c: Context, form: Form, otherwise: string): Response {
  return c.redirect(localPath(form.text('back'), otherwise), 303)
}

/** Says when to come again. Status 429. */
export function tooOften(
  site: Site,
  c: Context,
  { retryAfterSeconds }: { retryAfterSeconds: number },
): Response | Promise<Response> {
  c.header('retry-after', String(retryAfterSeconds))
  const minutes = Math.ceil(retryAfterSeconds / 60)
  return refused(site, c, {
    status: 429,
    title: 'Slowly, please',
    reason: `That was often in a short time. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
  })
}

function askToSignIn(c: Context, form: Form): Response {
  const to = localPath(form.text('back'))
  const path = `/sign-in?to=${encodeURIComponent(to)}`
  return wantsJson(c) ? c.json({ signIn: path }, 401) : c.redirect(path, 303)
}
