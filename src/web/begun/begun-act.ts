import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import type { Site } from '../site.ts'

/** What someone wanted to do to a paper before they had signed in, by the field of its form. */
const BEGINNINGS = ['vote', 'save', 'not-for-me'] as const
export type BegunAct = { act: (typeof BEGINNINGS)[number]; address: string }

/** As long as an emailed link works, and a little to find it. */
const LIFE_MS = 40 * 60_000
const COOKIE = 'broadsheet.begun'
/** Browsers keep cookies of up to 4,096 bytes. */
const LONGEST_ADDRESS = 2_000

const CONTENT = z.tuple([z.enum(BEGINNINGS), z.string(), z.string(), z.number()])

/**
 * Keeps in the browser what its reader has begun, for as long as they need to sign in: in a signed cookie that only this
 * browser has. `to` is the page they will continue to; it is done only if they sign in on the way there.
 */
export function rememberBegun(site: Site, c: Context, { act, address, to }: BegunAct & { to: string }): void {
  if (address.length > LONGEST_ADDRESS) return
  const content = [act, address, nameOf(to), site.now().getTime() + LIFE_MS]
  const text = Buffer.from(JSON.stringify(content)).toString('base64url')
  setCookie(c, COOKIE, `${text}.${sign(text, site)}`, { ...scope(site), maxAge: LIFE_MS / 1_000 })
}

/** What the browser's reader has begun on the way to `to`, or null. */
export function begunAct(site: Site, c: Context, { to }: { to: string }): BegunAct | null {
  const cookie = isSecure(site) ? getCookie(c, COOKIE, 'host') : getCookie(c, COOKIE)
  const [text = '', signature = ''] = (cookie ?? '').split('.')
  const [expected, given] = [Buffer.from(sign(text, site)), Buffer.from(signature)]
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
  const content = CONTENT.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  if (!content.success) return null
  const [act, address, page, until] = content.data
  return page === nameOf(to) && site.now().getTime() < until ? { act, address } : null
}

/** Forgets what was begun: it is done, or no longer wanted. */
export function forgetBegun(site: Site, c: Context): void {
  deleteCookie(c, COOKIE, scope(site))
}

/** A page may have a longer address than a cookie holds. */
function nameOf(to: string): string {
  return createHash('sha256').update(to).digest('base64url').slice(0, 22)
}

function sign(text: string, { accounts }: Site): string {
  return createHmac('sha256', accounts.secret).update(`begun ${text}`).digest('base64url')
}

/** No other host, also none of the same domain, can set it. */
function scope(site: Site) {
  const shared = { path: '/', httpOnly: true, sameSite: 'Lax' } as const
  return isSecure(site) ? ({ ...shared, secure: true, prefix: 'host' } as const) : shared
}

function isSecure({ origin }: Site): boolean {
  return origin.startsWith('https:')
}
