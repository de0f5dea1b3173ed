import type { Context, Handler } from 'hono'
import { countWithin, waitInWords, type RateLimit } from '../../accounts/rate-limits.ts'
import type { Reader } from '../../accounts/reader.ts'
import { MayNotAct } from '../../db/hold-readers.ts'
import { refused } from '../errors/show.tsx'
import type { Site, Viewer } from '../site.ts'
import { viewerNow } from '../viewer.ts'
import { rememberBegun, type BegunAct } from '../begun/begun-act.ts'
import { localPath } from './local-path.ts'
import { readForm, readFormWithFile, type Form } from './read-form.ts'
import { wantsJson } from './wants-json.ts'

/** What an action gets: the site as rendered for the reader, and their form. */
export type ReaderAction = { site: Site & { viewer: Viewer }; reader: Reader; form: Form; now: Date }

/** An action on the paper with an address, on its own or after signing in. */
export type PaperAction = (acting: ReaderAction, c: Context, address: string) => Promise<Response>

type Limits = { limit: RateLimit; curator?: boolean; allowSuspended?: boolean }

/**
 * An action of a reader. The form is read, limited in size. People who are not signed in are asked to; suspended
 * readers and readers who act too often are told so. Then `act` runs. `curator`: for curators only. `allowSuspended`:
 * for what everyone can always do, such as deleting their account. `files`: a file may come with it. `begins`: what people who are not signed in begin
 * with it, to be done once they are.
 */
export function readerAction(
  site: Site,
  { begins, files = false, ...limits }: Limits & { begins?: BegunAct['act']; files?: boolean },
  act: (acting: ReaderAction, c: Context) => Promise<Response>,
): Handler {
  return async (c) => {
    const own = c.var.site
    const read = await (files ? readFormWithFile(c) : readForm(c))
    if (!read.ok)
      return refused(own, c, {
        status: read.status,
        title: 'We could not read that form',
        reason: read.reason,
      })
    const { viewer } = own
    return viewer === null
      ? askToSignIn(site, c, { form: read.form, begins })
      : actAs(own, c, { viewer, form: read.form, begins, ...limits }, (acting) => act(acting, c))
  }
}

/** Does what a reader asks for, if they may and are not too quick. */
export async function actAs(
  own: Site,
  c: Context,
  {
    viewer,
    form,
    begins,
    limit,
    curator = false,
    allowSuspended = false,
  }: Limits & { viewer: Viewer; form: Form; begins?: BegunAct['act'] | undefined },
  act: (acting: ReaderAction) => Promise<Response>,
): Promise<Response> {
  const site = { ...own, viewer }
  const { reader } = viewer
  if (reader.suspended && !allowSuspended) return refused(site, c, SUSPENDED)
  if (curator && !reader.curator)
    return refused(site, c, {
      status: 403,
      title: 'For curators only',
      reason: 'Only curators can do this.',
    })
  const now = site.now()
  const counted = await countWithin(site.db, { limit, of: reader.id, now })
  if (!counted.ok) return tooOften(site, c, counted)
  try {
    return await act({ site, reader, form, now })
  } catch (error) {
    if (!(error instanceof MayNotAct)) throw error
    // The account was deleted or suspended while this was on its way.
    const left = await viewerNow(site, c)
    return left === null
      ? askToSignIn(site, c, { form, begins })
      : refused({ ...site, viewer: left }, c, SUSPENDED)
  }
}

/** What suspended readers are told who want to do something. */
export const SUSPENDED = {
  status: 403,
  title: 'Your account is suspended',
  reason:
    'A curator has suspended it. The reason is in the public moderation log. You can still read the site.',
} as const

/** Redirects to the page of the form. */
export function goBack(c: Context, form: Form, otherwise: string): Response {
  return c.redirect(localPath(form.text('back'), otherwise), 303)
}

/** Says when to try again. Status 429. */
export function tooOften(
  site: Site,
  c: Context,
  { retryAfterSeconds }: { retryAfterSeconds: number },
): Response | Promise<Response> {
  c.header('retry-after', String(retryAfterSeconds))
  return refused(site, c, {
    status: 429,
    title: 'Too many requests',
    reason: `You have done that often in a short time. Try again ${waitInWords(retryAfterSeconds)}.`,
  })
}

function askToSignIn(
  site: Site,
  c: Context,
  { form, begins }: { form: Form; begins: BegunAct['act'] | undefined },
): Response {
  const to = localPath(form.text('back'))
  const address = c.req.param('address')
  if (begins !== undefined && address !== undefined && form.text(begins) !== '0')
    rememberBegun(site, c, { act: begins, address, to })
  const path = `/sign-in?to=${encodeURIComponent(to)}`
  return wantsJson(c) ? c.json({ signIn: path }, 401) : c.redirect(path, 303)
}
