import type { Context } from 'hono'
import { sql } from 'kysely'
import { z } from 'zod'
import { useProof } from '../../accounts/proof-of-work.ts'
import { countWithin, RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { endSessions } from '../../accounts/sessions.ts'
import { sendSignInLink } from '../../accounts/sign-in-links.ts'
import { canonicalMailbox } from '../../accounts/suspensions.ts'
import { parseEmailAddress } from '../../mail/address.ts'
import { refused } from '../errors/show.tsx'
import { finishBegun } from '../begun/act.ts'
import { forgetBegun } from '../begun/begun-act.ts'
import { findBegun } from '../begun/show.tsx'
import { localPath } from '../forms/local-path.ts'
import { anonymously } from '../forms/anonymous-action.ts'
import { readerAction, SUSPENDED, tooOften } from '../forms/reader-action.ts'
import type { Site } from '../site.ts'
import { endEarlierSession, passCookies, viewerSignedIn } from '../viewer.ts'
import { clientAddress, tooOftenFromThere } from './client-address.ts'
import { isLinkToken, leavingPage, SIGN_IN_FORM, signInPage } from './show.tsx'

/** `POST /sign-in`: emails a link. The answer does not reveal who has an account. */
export function sendLink(site: Site) {
  return anonymously(site, RATE_LIMITS.signInAddress, async (c, form) => {
    const to = localPath(form.text('to'))
    const now = site.now()
    // Only bots fill in a hidden field; they get the same answer as everyone.
    if (form.text('website') !== '') return c.redirect('/sign-in/sent', 303)
    const address = parseEmailAddress(form.text('email'))
    if (address === null) {
      const problem = 'That is not an email address. Enter one like name@example.org.'
      const begun = await findBegun(site, c, { to })
      return c.html(signInPage(site, c, { to, begun, email: form.text('email').slice(0, 254), problem }), 422)
    }
    const network = clientAddress(site, c)
    const proven = await useProof(site.db, {
      challenge: form.text('challenge'),
      about: form.text('email'),
      answer: form.text('answer'),
      purpose: { form: SIGN_IN_FORM, network },
      secret: site.accounts.secret,
      now,
    })
    const limits = [
      ...(proven ? [] : [{ limit: RATE_LIMITS.signInUnproved, of: network }]),
      // One mailbox has many addresses.
      { limit: RATE_LIMITS.signInMailbox, of: await canonicalMailbox(site.db, { address }) },
    ]
    for (const { limit, of } of limits) {
      const counted = await countWithin(site.db, { limit, of, now })
      if (!counted.ok) return tooOften(site, c, counted)
    }
    // Never to the host in the request: it says what it likes.
    await sendSignInLink(site.db, { address, to, origin: site.origin, siteName: site.name, now })
    return c.redirect('/sign-in/sent', 303)
  })
}

/** `POST /sign-in/link`: the button behind a link. */
export function signInByLink(site: Site) {
  return anonymously(site, RATE_LIMITS.links, async (c, form) => {
    const to = localPath(form.text('to'))
    const token = form.text('token')
    const answer = isLinkToken(token)
      ? await site.accounts.auth.api.redeemLink({
          body: { token },
          headers: c.req.raw.headers,
          returnHeaders: true,
        })
      : null
    const redeemed = answer?.response ?? { ok: false as const, reason: 'used' as const }
    if (!answer || !redeemed.ok) {
      const problem = redeemed.ok || redeemed.reason === 'used' ? 'link' : redeemed.reason
      return c.redirect(`/sign-in?problem=${problem}&to=${encodeURIComponent(to)}`, 303)
    }
    await endEarlierSession(site, c, answer.headers)
    passCookies(answer.headers, c)
    if (redeemed.changed) site.changed('everything')
    const viewer = await viewerSignedIn(site, answer.headers)
    if (viewer?.reader.suspended) {
      // Where they read what they can still do.
      forgetBegun(site, c)
      return c.redirect('/settings', 303)
    }
    return viewer === null ? c.redirect(to, 303) : finishBegun(site, c, { viewer, to })
  })
}

/** `POST /sign-in/with`: signs in with an account elsewhere; readers who are signed in add it to theirs. */
export function signInWith(site: Site) {
  return anonymously(site, RATE_LIMITS.links, async (c, form) => {
    const provider = site.accounts.providers.find(({ id }) => id === form.text('provider'))
    if (!provider)
      return refused(site, c, {
        status: 422,
        title: 'Not available',
        reason: 'This site does not offer that way to sign in. Choose another.',
      })
    const adding = form.text('add') !== ''
    const { viewer } = c.var.site
    if (adding && viewer === null) return c.redirect('/sign-in?to=%2Fsettings', 303)
    if (viewer?.reader.suspended && adding) return refused(c.var.site, c, SUSPENDED)
    const body = {
      provider: provider.id,
      callbackURL: localPath(form.text('to')),
      errorCallbackURL: `${adding ? '/settings' : '/sign-in'}?problem=provider`,
    }
    const { headers } = c.req.raw
    const { api } = site.accounts.auth
    let answer
    try {
      answer = adding
        ? await api.linkSocialAccount({ body, headers, returnHeaders: true })
        : await api.signInSocial({ body, headers, returnHeaders: true })
    } catch (error) {
      site.log.warn({ provider: provider.id, error: String(error) }, 'a provider does not answer')
      const reason = `${provider.name} is not responding. Try again in a few minutes.`
      return refused(site, c, { status: 503, title: 'Sign-in unavailable', reason })
    }
    passCookies(answer.headers, c)
    const url = URL.parse(answer.response.url ?? '')
    if (!url || !/^https?:$/.test(url.protocol))
      return refused(site, c, {
        status: 503,
        title: 'Sign-in unavailable',
        reason: 'We did not get the address of its sign-in page. Try again in a few minutes.',
      })
    // A form may only lead to this site itself, so that nothing that slips into a page can send one elsewhere.
    c.header('refresh', `0; url=${url.href}`)
    return c.html(leavingPage(site, { name: provider.name, url: url.href }))
  })
}

/** `POST /sign-out` */
export function signOut(site: Site) {
  return readerAction(
    site,
    { limit: RATE_LIMITS.change, allowSuspended: true },
    async ({ site: own, reader }, c) => {
      // The library ends no session whose cookie was signed with an earlier secret.
      await endSessions(site.db, { readerId: reader.id, which: { only: own.viewer.sessionId } })
      const { headers } = await site.accounts.auth.api.signOut({
        headers: c.req.raw.headers,
        returnHeaders: true,
      })
      passCookies(headers, c)
      forgetBegun(site, c)
      return c.redirect('/', 303)
    },
  )
}

const LIBRARY_PATHS =
  /^\/auth\/(?:callback\/(?:orcid|github|oidc)|passkey\/(?:generate-register-options|verify-registration|generate-authenticate-options|verify-authentication))$/

/**
 * What browsers and providers need from the library: passkeys, and callbacks from providers. Nothing else of it is
 * exposed.
 */
export function askLibrary(site: Site) {
  return async (c: Context): Promise<Response> => {
    if (!LIBRARY_PATHS.test(c.req.path)) return c.notFound()
    const refusal = await tooOftenFromThere(site, c, RATE_LIMITS.links)
    if (refusal) return refusal
    const passkey = c.req.path.startsWith(PASSKEY_PATHS)
    const request = c.req.method === 'POST' ? await withBody(c, { passkey }) : c.req.raw
    if (request === null) return c.json(NOT_ACCEPTED, 400, { 'cache-control': 'no-store' })
    const answer = await site.accounts.auth.handler(request)
    if (passkey && answer.status >= 500) {
      // The library answers alike to a passkey that it cannot read and to a database that fails. This fails with that one.
      await sql`select`.execute(site.db)
      return c.json(NOT_ACCEPTED, 400, { 'cache-control': 'no-store' })
    }
    await endEarlierSession(site, c, answer.headers)
    const viewer = await viewerSignedIn(site, answer.headers)
    if (viewer?.reader.suspended && answer.headers.has('location'))
      answer.headers.set('location', '/settings')
    answer.headers.set('cache-control', 'no-store')
    return answer
  }
}

const PASSKEY_PATHS = '/auth/passkey/'
const NOT_ACCEPTED = { code: 'PASSKEY_NOT_ACCEPTED', message: 'This passkey was not accepted. Try again.' }

/** A request with its body; null where that is none of a passkey. */
async function withBody(c: Context, { passkey }: { passkey: boolean }): Promise<Request | null> {
  if (!passkey) return c.req.raw
  const { url, method, headers } = c.req.raw
  const bytes = await c.req.arrayBuffer()
  return namesPasskey(bytes) ? new Request(url, { method, headers, body: bytes }) : null
}

/** What is kept of an authenticator: which passkey it has, how it can be asked for it, and the name that its reader gave it. */
const SAID = z.object({
  name: z.string().max(80).optional(),
  response: z.object({
    id: z.string().regex(/^[\w-]{1,1400}$/),
    response: z
      .looseObject({
        transports: z
          .array(z.string().regex(/^[\w-]{1,32}$/))
          .max(20)
          .nullish(),
      })
      .nullish(),
  }),
})

/** Whether a body is of an authenticator that says which passkey it has, and nothing that is too long to keep. */
function namesPasskey(bytes: ArrayBuffer): boolean {
  try {
    return SAID.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))).success
  } catch {
    return false
  }
}
