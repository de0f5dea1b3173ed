import type { Context, MiddlewareHandler } from 'hono'
import { RENEWED_AFTER_MS } from '../accounts/auth.ts'
import { endSessionNamed, findSession } from '../accounts/sessions.ts'
import { findToken } from '../accounts/tokens.ts'
import { isForPrograms } from '../api/addresses.ts'
import type { Site, Viewer } from './site.ts'
import { viewIn } from './view/view.ts'

/** Under https the name with the prefix alone: only over https can a cookie be set under it. */
const SESSION_COOKIES = {
  secure: /(?:^|;\s*)__Secure-broadsheet\.session_token=([^;]*)/,
  plain: /(?:^|;\s*)broadsheet\.session_token=([^;]*)/,
}

/** Whether cookies may be those of somebody who is signed in: a look-up tells. */
export function mayBeSignedIn(cookies: string | undefined): boolean {
  return Object.values(SESSION_COOKIES).some((cookie) => tokenIn(cookies, cookie) !== null)
}

declare module 'hono' {
  interface ContextVariableMap {
    /** The site as it is for the reader who asks. */
    site: Site
    /** Who asks, once somebody has wanted to know. */
    viewer: Promise<Viewer | null> | undefined
  }
}

/** Puts the site as it is for the reader who asks into the context. */
export function forViewer(site: Site): MiddlewareHandler {
  return async (c, next) => {
    const viewer = await viewerOf(site, c)
    const view = viewIn(c.req.header('cookie'))
    c.set('site', viewer === null && view === 'full' ? site : { ...site, viewer, view })
    await next()
  }
}

/**
 * Who asks, looked up once a request: by their session cookie, or by their token where programs ask, which is nothing that a
 * browser sends by itself; null for everybody else.
 */
export function viewerOf(site: Site, c: Context): Promise<Viewer | null> {
  const known = c.get('viewer') ?? (isForPrograms(c.req.path) ? bearerOf(site, c) : lookUp(site, c))
  c.set('viewer', known)
  return known
}

/** Who asks as things are now, for a request whose reader has changed since it was looked up. */
export function viewerNow(site: Site, c: Context): Promise<Viewer | null> {
  c.set('viewer', undefined)
  return viewerOf(site, c)
}

/** Who has just signed in, by the cookies that are on their way to the browser; null where nobody has. */
export async function viewerSignedIn(site: Site, headers: Headers): Promise<Viewer | null> {
  const token = tokenSet(site, headers)
  const found =
    token === null
      ? null
      : await findSession(site.db, { token, curators: site.accounts.curators, now: site.now() })
  return found && { reader: found.reader, sessionId: found.sessionId }
}

/** Whose token stands in the request. */
async function bearerOf({ db, accounts, now }: Site, c: Context): Promise<Viewer | null> {
  const [, token] = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(c.req.header('authorization') ?? '') ?? []
  if (token === undefined) return null
  const found = await findToken(db, { token, curators: accounts.curators, now: now() })
  return (
    found && {
      reader: found.reader,
      // It is no session: nothing that asks for one may be done with it.
      sessionId: '',
      token: { id: found.tokenId, scopes: found.scopes },
    }
  )
}

/** A session that was not renewed for long is renewed by it. */
async function lookUp(site: Site, c: Context): Promise<Viewer | null> {
  const token = sessionToken(site, c.req.header('cookie'))
  if (token === null) return null
  const now = site.now()
  const found = await findSession(site.db, { token, curators: site.accounts.curators, now })
  if (!found) return null
  if (
    now.getTime() - found.renewedAt.getTime() > RENEWED_AFTER_MS &&
    site.accounts.answersAt(c.req.header('host'))
  )
    await renew(site, c)
  return { reader: found.reader, sessionId: found.sessionId }
}

/** The token of the session cookie under its one name. */
function sessionToken({ accounts }: Site, cookies: string | undefined): string | null {
  const https = accounts.publicUrl?.startsWith('https:') ?? false
  return tokenIn(cookies, https ? SESSION_COOKIES.secure : SESSION_COOKIES.plain)
}

/** The token of a session cookie: it is random and looked up; the signature that follows it proves nothing more. */
function tokenIn(cookies: string | undefined, cookie: RegExp): string | null {
  const value = cookie.exec(cookies ?? '')?.[1]
  if (value === undefined || value.length > 300) return null
  try {
    const token = decodeURIComponent(value).split('.')[0] ?? ''
    return /^[\w-]{16,100}$/.test(token) ? token : null
  } catch {
    return null
  }
}

/** Lets a session last from now on, and the browser know. */
async function renew(site: Site, c: Context): Promise<void> {
  const { headers } = await site.accounts.auth.api.getSession({
    headers: c.req.raw.headers,
    returnHeaders: true,
  })
  passCookies(headers, c)
}

/** Where somebody has signed in anew, ends the session that their browser had before. `headers` are those of the answer. */
export async function endEarlierSession(site: Site, c: Context, headers: Headers): Promise<void> {
  const before = sessionToken(site, c.req.header('cookie'))
  const begun = tokenSet(site, headers)
  if (before !== null && begun !== null && begun !== before) await endSessionNamed(site.db, { token: before })
}

/** The token of the session that an answer of the accounts begins. */
function tokenSet(site: Site, headers: Headers): string | null {
  return (
    headers
      .getSetCookie()
      .map((cookie) => sessionToken(site, cookie))
      .find((token) => token !== null) ?? null
  )
}

/** Hands the cookies of an answer of the accounts on to the browser. */
export function passCookies(headers: Headers, c: Context): void {
  for (const cookie of headers.getSetCookie()) c.header('set-cookie', cookie, { append: true })
}
