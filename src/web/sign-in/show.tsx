import type { Context } from 'hono'
import { MOST_OF_MAILBOX } from '../../accounts/admit.ts'
import { displayName, hasMail } from '../../accounts/reader.ts'
import { addressOfLink } from '../../accounts/sign-in-links.ts'
import { begunPath, BegunNotice, findBegun, type Begun } from '../begun/show.tsx'
import { badParameter } from '../errors/show.tsx'
import { localPath } from '../forms/local-path.ts'
import { renderPage } from '../layout.tsx'
import { EmailProof, LeaveEmpty } from '../forms/against-robots.tsx'
import type { Site } from '../site.ts'

/** The form that asks for a link, as challenges name it. */
export const SIGN_IN_FORM = 'sign in'

/** Whether a text can be the token of a link. */
export function isLinkToken(text: string): boolean {
  return /^[A-Za-z]{16,100}$/.test(text)
}

const FULL = `Other addresses of your mailbox already have ${MOST_OF_MAILBOX} accounts. Sign in with one of those addresses.`

const PROBLEMS: Record<string, string> = {
  link: 'That link has expired or was used already. Ask for a new one.',
  full: FULL,
  provider: 'We could not sign you in that way. Try again, or ask for a sign-in link.',
  'provider-unproven':
    'Your account there has no email address that its provider has confirmed. Enter your address to get a sign-in link. Once you are signed in, you can add that account in your settings.',
  'provider-removed':
    'That way to sign in was removed from your account. Enter your address to get a sign-in link, then add it again in your settings.',
  'provider-suspended':
    'A curator has suspended the reader that account belonged to. The reason is in the public moderation log.',
  'provider-full': FULL,
  passkey: 'We could not sign you in with a passkey. Try again, or ask for a sign-in link.',
}

/** `/sign-in`: with a link, a passkey or an account elsewhere. `?to=` is the page to continue to. */
export function showSignIn(site: Site) {
  return async (c: Context) => {
    const problem = problemIn(c)
    if (problem === undefined)
      return badParameter(site, c, { name: 'problem', reason: 'We know no such problem with signing in.' })
    const to = localPath(c.req.query('to'))
    const begun = await findBegun(site, c, { to })
    // Whoever is signed in can prove anew who they are (`?again`): some things need that.
    if (site.viewer && c.req.query('again') === undefined) return c.redirect(begun ? begunPath(to) : to, 303)
    return c.html(signInPage(site, c, { to, begun, problem }))
  }
}

/** What went wrong, in words; null for nothing, undefined for what is no problem of ours. */
function problemIn(c: Context): string | null | undefined {
  const name = c.req.query('problem') ?? (c.req.query('error') === undefined ? '' : 'provider')
  if (name === '') return null
  return Object.hasOwn(PROBLEMS, name) ? PROBLEMS[name] : undefined
}

/** The form, with what was typed and what was wrong with it if it was refused. */
export function signInPage(
  site: Site,
  c: Context,
  {
    to,
    begun,
    email = '',
    problem = null,
  }: { to: string; begun: Begun | null; email?: string; problem?: string | null },
) {
  const { providers } = site.accounts
  // Passkeys and providers send no form of ours in the end.
  const onward = begun ? begunPath(to) : to
  return renderPage(site, {
    head: {
      title: 'Sign in',
      description: `Sign in to ${site.name} without a password.`,
      path: '/sign-in',
      noindex: true,
    },
    children: (
      <div class="narrow">
        <header class="edition-head">
          <p class="kicker">Join in</p>
          <h1>Sign in</h1>
        </header>
        <p>
          Sign in to vote, comment and keep lists. You do not need an account to read, search or follow feeds.
          New here? Use the same form to create an account.
        </p>
        {begun && <BegunNotice begun={begun} />}
        {problem !== null && (
          <p class="notice problem" role="alert">
            {problem}
          </p>
        )}
        <form class="form" method="post" action="/sign-in">
          <input type="hidden" name="to" value={to} />
          <label for="email">Email address</label>
          <input
            id="email"
            name="email"
            type="email"
            autocomplete="email"
            required
            maxlength={254}
            value={email}
          />
          <p class="hint">
            We will email you a link to sign in. There is no password, and we show your address to no one
            else.
          </p>
          <LeaveEmpty />
          <EmailProof site={site} c={c} form={SIGN_IN_FORM} />
          <button type="submit" class="button">
            Email me a link
          </button>
        </form>
        <passkey-sign-in hidden data-to={onward}>
          <p class="or">or</p>
          <button type="button" class="button quiet">
            Sign in with a passkey
          </button>
          <p class="hint" role="status"></p>
        </passkey-sign-in>
        {providers.length > 0 && (
          <form class="form providers" method="post" action="/sign-in/with">
            <input type="hidden" name="to" value={onward} />
            <p class="or">or</p>
            {providers.map(({ id, name }) => (
              <button type="submit" name="provider" value={id} class="button quiet">
                Continue with {name}
              </button>
            ))}
          </form>
        )}
      </div>
    ),
  })
}

/** `/sign-in/sent`: the same page for everyone, whether they have an account or not. */
export function showSent(site: Site) {
  return (c: Context) =>
    c.html(
      renderPage(site, {
        head: {
          title: 'Check your inbox',
          description: 'A link is on its way.',
          path: '/sign-in/sent',
          noindex: true,
        },
        children: (
          <div class="blank">
            <p class="kicker">Sign in</p>
            <h1>Check your inbox</h1>
            <p>
              If your address can receive email, a link to sign in is on its way. You can use it once, within
              half an hour.
            </p>
            <p>
              Nothing there after a few minutes? Check your spam folder, or{' '}
              <a href="/sign-in">ask for another link</a>.
            </p>
          </div>
        ),
      }),
    )
}

/**
 * `/sign-in/link?token=…`: where the emailed link leads. Opening it does nothing; its button signs in. The page names the
 * account, so that no one is signed in to another one than they think.
 */
export function showLink(site: Site) {
  return async (c: Context) => {
    const token = c.req.query('token') ?? ''
    const to = localPath(c.req.query('to'))
    const begun = await findBegun(site, c, { to })
    const address = isLinkToken(token) ? await addressOfLink(site.db, { token }) : null
    const reader = site.viewer?.reader
    c.header('cache-control', 'no-store')
    return c.html(
      renderPage(site, {
        head: {
          title: 'Sign in',
          description: `Sign in to ${site.name}.`,
          path: '/sign-in/link',
          noindex: true,
        },
        children:
          address === null ? (
            <div class="blank">
              <p class="kicker">Sign in</p>
              <h1>This link no longer works</h1>
              <p>
                {reader
                  ? 'It has expired or was used already. You are signed in.'
                  : 'It has expired, or it or a later one was used already.'}
              </p>
              <p>
                {reader ? (
                  <a href={to}>Continue</a>
                ) : (
                  <a href={`/sign-in?to=${encodeURIComponent(to)}`}>Ask for a new link</a>
                )}
              </p>
            </div>
          ) : (
            <div class="blank">
              <p class="kicker">One more step</p>
              <h1>Sign in to {site.name}</h1>
              <p>
                Sign in on this browser as <strong>{address}</strong>.
              </p>
              {reader && reader.email !== address && (
                <p>
                  You are signed in as {hasMail(reader) ? reader.email : displayName(reader)}. This signs you
                  out of that account.
                </p>
              )}
              {begun && <BegunNotice begun={begun} />}
              <form class="form" method="post" action="/sign-in/link">
                <input type="hidden" name="token" value={token} />
                <input type="hidden" name="to" value={to} />
                <button type="submit" class="button">
                  {begun?.act === 'vote' ? 'Sign in and vote' : 'Sign in'}
                </button>
              </form>
            </div>
          ),
      }),
    )
  }
}

/** Redirects to a provider, with a link for browsers that do not follow by themselves. */
export function leavingPage(site: Site, { name, url }: { name: string; url: string }) {
  return renderPage(site, {
    head: { title: `To ${name}`, description: `Continue to ${name}.`, path: '/sign-in', noindex: true },
    children: (
      <div class="blank">
        <p class="kicker">Sign in</p>
        <h1>Continue to {name}</h1>
        <p>
          <a href={url} rel="noreferrer">
            Continue at {new URL(url).hostname}
          </a>
        </p>
      </div>
    ),
  })
}
