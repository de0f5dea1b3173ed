import type { Context } from 'hono'
import { mailAddress } from '../../accounts/reader.ts'
import { EVERY, type Every } from '../../digests/issue.ts'
import {
  parsePreferences,
  usualPreferences,
  type Preferences,
  type PreferencesDraft,
} from '../../digests/preferences.ts'
import { ownListAt } from '../../digests/mailed-list.ts'
import { findSubscribable, type Subscribable } from '../../digests/subscribable.ts'
import { badParameter } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import { EmailProof, LeaveEmpty } from '../forms/against-robots.tsx'
import type { Site } from '../site.ts'
import { EveryField, PreferenceFields } from './preference-fields.tsx'

/** The form for mail, as challenges name it. */
export const SUBSCRIBE_FORM = 'subscribe'

/** `GET /subscribe?list=/topics/cs.CL`: a form to get a list by mail, without an account. */
export function showSubscribe(site: Site) {
  return async (c: Context) => {
    c.header('cache-control', 'no-store')
    const found = await subscribableAsked(site, c)
    if (found instanceof Response) return found
    const every = everyAsked(c)
    if (every === null) return badParameter(site, c, NOT_EVERY)
    return c.html(
      subscribePage(site, c, {
        of: found,
        preferences: usualPreferences(every, { timeZone: site.timeZone }),
      }),
    )
  }
}

/**
 * The list that `?list=` names; or the answer where there is none: whoever asks for their own front page is asked to sign in
 * first.
 */
export async function subscribableAsked(site: Site, c: Context): Promise<Subscribable | Response> {
  const text = c.req.query('list') ?? '/'
  const { db, origin, viewer } = site
  const found = await findSubscribable(db, text, { origin, readerId: viewer?.reader.id ?? null })
  if (found.ok) return found
  if (found.is === 'own') return c.redirect(signInTo(c.req.url), 303)
  return badParameter(site, c, { name: 'list', reason: found.reason })
}

/** Where a reader signs in and comes back to an address of the site. */
function signInTo(url: string): string {
  const { pathname, search } = new URL(url)
  return `/sign-in?to=${encodeURIComponent(pathname + search)}`
}

/** The address that a reader who is signed in has proven; null for everybody else. */
export function provenAddress({ viewer }: Site): string | null {
  return viewer && mailAddress(viewer.reader)
}

/** The form, with what was typed and what was wrong with it if it was refused. */
export function subscribePage(
  site: Site,
  c: Context,
  {
    of: { title, address },
    preferences,
    email = '',
    problem = null,
    isNew = true,
  }: {
    of: Pick<Subscribable, 'title' | 'address'>
    preferences: Preferences
    email?: string
    problem?: string | null
    isNew?: boolean
  },
) {
  const own = provenAddress(site)
  const isOwnList = ownListAt(address) !== null
  return renderPage(site, {
    head: {
      title: `${title} by email`,
      description: `Get ${title} from ${site.name} by email: every day, week or month${isOwnList ? '' : ', without an account'}.`,
      path: address === '/' ? '/subscribe' : `/subscribe?list=${encodeURIComponent(address)}`,
      noindex: address !== '/',
    },
    children: (
      <div class="narrow by-mail">
        <header class="edition-head">
          <p class="kicker">By email</p>
          <h1>{title}</h1>
        </header>
        <p>
          New papers of <a href={address}>this list</a> in your inbox, the best first: each once, with the
          reason why it is there, and nothing on days without news. No tracking, and one click to stop.
        </p>
        {problem !== null && (
          <p class="notice problem" role="alert">
            {problem}
          </p>
        )}
        {isOwnList && (
          <p class="hint">
            Under each paper it says which of your votes and other acts brought it, so think before you
            forward it.
          </p>
        )}
        {isOwnList && own === null ? (
          <p class="notice problem" role="alert">
            Your account has no email address that you have proven, so it cannot come to you.
          </p>
        ) : (
          <form class="form" method="post" action="/subscribe">
            <input type="hidden" name="list" value={address} />
            {own === null ? (
              <>
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
                  You get one email with a button to confirm. We show your address to no one, and use it for
                  nothing else.
                </p>
              </>
            ) : (
              <p>
                It comes to <strong>{own}</strong>.
              </p>
            )}
            <LeaveEmpty />
            <EveryField chosen={preferences.every} />
            <details class="more">
              <summary>Hour, days, length and more</summary>
              <PreferenceFields preferences={preferences} isNew={isNew} />
            </details>
            {own === null && <EmailProof site={site} c={c} form={SUBSCRIBE_FORM} />}
            <p class="buttons">
              <button type="submit" class="button">
                Subscribe
              </button>
              <a
                class="button quiet"
                href={`/subscribe/preview?list=${encodeURIComponent(address)}&every=${preferences.every}`}
              >
                See an example
              </a>
            </p>
          </form>
        )}
        <p class="hint">
          You can also <a href="/digests">read past issues</a>, or follow lists in a feed reader: every list
          here has a feed.
        </p>
      </div>
    ),
  })
}

/** `/subscribe/sent`: the same page for everyone, whether they get the list already or not. */
export function showAsked(site: Site) {
  return (c: Context) => {
    c.header('cache-control', 'no-store')
    return c.html(
      renderPage(site, {
        head: {
          title: 'Check your inbox',
          description: 'An email is on its way.',
          path: '/subscribe/sent',
          noindex: true,
        },
        children: (
          <div class="blank">
            <p class="kicker">By email</p>
            <h1>Check your inbox</h1>
            <p>
              If your address can receive email, one is on its way. Press the button in it to confirm; nothing
              comes until you do.
            </p>
            <p>
              Nothing there after a few minutes? Check your spam folder, or <a href="/subscribe">try again</a>
              .
            </p>
          </div>
        ),
      }),
    )
  }
}

const NOT_EVERY = { name: 'every', reason: `“every” is one of ${EVERY.join(', ')}.` }

/** How often mail is to come: every day, unless the address says otherwise. Null for what it cannot say. */
function everyAsked(c: Context): Every | null {
  const text = c.req.query('every') ?? 'day'
  return EVERY.find((one) => one === text) ?? null
}

type PreferencesAsked = { ok: true; preferences: Preferences } | { ok: false; name: string; reason: string }

/** What the query of an address says of preferences, for a preview. */
export function preferencesAsked(c: Context, site: Site): PreferencesAsked {
  const every = everyAsked(c)
  if (every === null) return { ok: false, ...NOT_EVERY }
  const usual = usualPreferences(every, { timeZone: site.timeZone })
  const length = parsePreferences(drafted(c, 'length'), usual)
  if (!length.ok) return { ...length, name: 'length' }
  const read = parsePreferences(drafted(c, 'not-about'), length.preferences)
  return read.ok ? read : { ...read, name: 'not-about' }
}

function drafted(c: Context, name: 'length' | 'not-about'): PreferencesDraft {
  const text = c.req.query(name)
  if (text === undefined || text === '') return {}
  return name === 'length' ? { length: text } : { notAbout: text }
}
