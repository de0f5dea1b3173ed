import type { Context } from 'hono'
import { isProof } from '../../accounts/proof-of-work.ts'
import { countWithin, RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { endSessions } from '../../accounts/sessions.ts'
import { parseEmailAddress } from '../../mail/address.ts'
import { refused } from '../errors/show.tsx'
import { finishBegun } from '../begun/act.ts'
import { forgetBegun } from '../begun/begun-act.ts'
import { findBegun } from '../begun/show.tsx'
import { localPath } from '../forms/local-path.ts'
import { readForm, type Form } from '../forms/read-form.ts'
import { readerAction, tooOften } from '../forms/reader-action.ts'
import type { Site } from '../site.ts'
import { endEarlierSession, passCookies, viewerSignedIn } from '../viewer.ts'
import { clientAddress } from './client-address.ts'
import { leavingPage, signInPage } from './show.tsx'

/** Reads a form from someone who is not signed in, rate-limited by network address. */
function anonymously(
  site: Site,
  limit: (typeof RATE_LIMITS)[keyof typeof RATE_LIMITS],
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
    const counted = await countWithin(site.db, { limit, of: clientAddress(site, c), now: site.now() })
    return counted.ok ? act(c, read.form) : tooOften(site, c, counted)
  }
}

/** `POST /sign-in`: emails a link. The answer does not reveal who has an account. */
export function sendLink(site: Site) {
  return anonymously(site, RATE_LIMITS.signInAddress, async (c, form) => {
    const to = localPath(form.text('to'))
    const now = site.now()
    // Only bots fill in a hidden field; they get the same answer as everyone.
    if (form.text('website') !== '') return c.redirect('/sign-in/sent', 303)
    const email = parseEmailAddress(form.text('email'))
    if (email === null) {
      const problem = 'That is not an email address. Enter one like name@example.org.'
      const begun = await findBegun(site, c, { to })
      return c.html(signInPage(site, { to, begun, email: form.text('email').slice(0, 254), problem }), 422)
    }
    const proof = { challenge: form.text('challenge'), answer: form.text('answer') }
    const limits = [
      ...(isProof(proof, { secret: site.accounts.secret, now })
        ? []
        : [{ limit: RATE_LIMITS.signInUnproved, of: clientAddress(site, c) }]),
      { limit: RATE_LIMITS.signInMailbox, of: email },
    ]
    for (const { limit, of } of limits) {
      const counted = await countWithin(site.db, { limit, of, now })
      if (!counted.ok) return tooOften(site, c, counted)
    }
    await site.accounts.auth.api.signInMagicLink({
      body: { email, callbackURL: to },
      headers: c.req.raw.headers,
    })
    return c.redirect('/sign-in/sent', 303)
  })
}

/** `POST /sign-in/link`: the button behind a link. */
export function signInByLink(site: Site) {
  return anonymously(site, RATE_LIMITS.links, async (c, form) => {
    const to = localPath(form.text('to'))
    const token = form.text('token')
    const answer = /^[A-Za-z]{16,100}$/.test(token)
      ? await site.accounts.auth.api
          .magicLinkVerify({ query: { token }, headers: c.req.raw.headers, returnHeaders: true })
          // The library redirects to its own page if the token is not valid.
          .catch((error: unknown) => (isRedirect(error) ? null : Promise.reject(error as Error)))
      : null
    if (answer === null) return c.redirect(`/sign-in?problem=link&to=${encodeURIComponent(to)}`, 303)
    await endEarlierSession(site, c, answer.headers)
    passCookies(answer.headers, c)
    const viewer = await viewerSignedIn(site, answer.headers)
    return viewer === null ? c.redirect(to, 303) : finishBegun(site, c, { viewer, to })
  })
}

function isRedirect(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 'FOUND'
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
    const body = {
      provider: provider.id,
      callbackURL: localPath(form.text('to')),
      errorCallbackURL: '/sign-in?problem=provider',
    }
    const { headers } = c.req.raw
    const { api } = site.accounts.auth
    let answer
    try {
      answer =
        form.text('add') === ''
          ? await api.signInSocial({ body, headers, returnHeaders: true })
          : await api.linkSocialAccount({ body, headers, returnHeaders: true })
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
    const now = site.now()
    const counted = await countWithin(site.db, { limit: RATE_LIMITS.links, of: clientAddress(site, c), now })
    if (!counted.ok) return tooOften(site, c, counted)
    const answer = await site.accounts.auth.handler(c.req.raw)
    await endEarlierSession(site, c, answer.headers)
    answer.headers.set('cache-control', 'no-store')
    return answer
  }
}
