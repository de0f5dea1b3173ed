import type { Context } from 'hono'
import { wantsReplyMail } from '../../accounts/reply-mail-wish.ts'
import { mailedTitleAt } from '../../digests/mailed-list.ts'
import { readSettingsCode } from '../../digests/mails.ts'
import { findSubscriber, type Subscriber, type Subscription } from '../../digests/subscriptions.ts'
import { renderPage } from '../layout.tsx'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'
import { EveryField, inWords, PreferenceFields } from '../subscribe/preference-fields.tsx'
import { provenAddress } from '../subscribe/show.tsx'
import { mailPage } from './subscription-page.tsx'

/** Whose settings are asked for: by a code that was mailed, or else those of the reader who is signed in. */
export async function subscriberAsked(site: Site, code: string): Promise<Subscriber | null> {
  if (code !== '') {
    const id = readSettingsCode(code, { secret: site.accounts.secret, now: site.now() })
    return id === null ? null : findSubscriber(site.db, { id })
  }
  const email = provenAddress(site)
  return email === null ? null : findSubscriber(site.db, { email })
}

/** `GET /mail/settings/:code`, and `/mail/settings` for readers who are signed in. */
export function showMailSettings(site: Site) {
  return async (c: Context) => {
    c.header('cache-control', 'no-store')
    const code = c.req.param('code') ?? ''
    if (code === '' && site.viewer === null) return c.redirect('/sign-in?to=/mail/settings', 303)
    const subscriber = await subscriberAsked(site, code)
    if (!subscriber) return code === '' ? c.html(nothingPage(site)) : c.html(expiredPage(site), 404)
    return c.html(await settingsPage(site, { subscriber, code, saved: c.req.query('saved') !== undefined }))
  }
}

function nothingPage(site: Site) {
  return mailPage(site, {
    title: 'Nothing comes to you yet',
    children: (
      <p>
        You can get the <a href="/subscribe">front page</a> by email, or any other list: each has a link “Get
        this by email”.
      </p>
    ),
  })
}

export function expiredPage(site: Site) {
  return mailPage(site, {
    title: 'This link no longer works',
    children: (
      <p>
        Links to settings work for 24 hours. To get a new one, use the link “Change your settings” at the end
        of any email.
      </p>
    ),
  })
}

/** The lists of a subscriber, and what can be done with each and with all. */
export async function settingsPage(
  site: Site,
  {
    subscriber,
    code,
    saved = false,
    problem = null,
  }: {
    subscriber: Subscriber
    code: string
    saved?: boolean
    /** What was wrong with the form of one list. */
    problem?: { id: number; reason: string } | null
  },
) {
  const lists = await Promise.all(
    subscriber.subscriptions.map(async (subscription) => ({
      subscription,
      title: await mailedTitleAt(site.db, subscription.list),
    })),
  )
  const replies = await wantsReplyMail(site.db, subscriber)
  return renderPage(site, {
    head: {
      title: 'Your email',
      description: 'What comes to you by email.',
      path: '/mail/settings',
      noindex: true,
    },
    children: (
      <div class="narrow by-mail">
        <header class="edition-head">
          <p class="kicker">{subscriber.email}</p>
          <h1>Your email</h1>
        </header>
        {saved && (
          <p class="notice" role="status">
            Your changes are saved.
          </p>
        )}
        {subscriber.suppressedFor !== null && (
          <div class="notice problem" role="alert">
            <p>
              {subscriber.suppressedFor === 'bounces'
                ? 'Email to you came back several times, so we stopped sending it.'
                : 'One of our emails was reported as spam, so we stopped sending them.'}
            </p>
            <Act code={code} path="/mail/settings/pause-all/end" name="Send again" />
          </div>
        )}
        {subscriber.pausedAt !== null && (
          <div class="notice">
            <p>
              All email is paused since <When site={site} instant={subscriber.pausedAt} />.
            </p>
            <Act code={code} path="/mail/settings/pause-all/end" name="Resume" />
          </div>
        )}
        {lists.length === 0 && <p>No list comes to you.</p>}
        {lists.map(({ subscription, title }) => (
          <List
            site={site}
            subscription={subscription}
            title={title}
            code={code}
            problem={problem?.id === subscription.id ? problem.reason : null}
          />
        ))}
        {replies !== null && (
          <section aria-labelledby="replies">
            <h2 id="replies">Replies to your comments</h2>
            <p>{replies ? 'You get an email about each reply.' : 'You get no email about replies.'}</p>
            <Act
              code={code}
              path={replies ? '/mail/settings/replies/end' : '/mail/settings/replies'}
              name={replies ? 'Stop' : 'Get them'}
            />
          </section>
        )}
        <section aria-labelledby="more-lists">
          <h2 id="more-lists">More lists</h2>
          <p>
            Every list here has a link “Get this by email”: <a href="/subscribe">the front page</a>,{' '}
            <a href="/papers/trending">trending papers</a>, <a href="/topics">topics</a>, any search, authors,
            collections.
          </p>
        </section>
        <section aria-labelledby="all">
          <h2 id="all">Everything</h2>
          {subscriber.pausedAt === null && lists.length > 0 && (
            <>
              <p>Going away? Pause all lists, and resume whenever you like.</p>
              <Act code={code} path="/mail/settings/pause-all" name="Pause all email" />
            </>
          )}
          <p>
            <a href={code === '' ? '/mail/settings/export' : `/mail/settings/${code}/export`} download="">
              Download what we keep about your address
            </a>{' '}
            (JSON)
          </p>
          <details class="more">
            <summary>Erase my address</summary>
            <form class="form" method="post" action="/mail/settings/erasure">
              <input type="hidden" name="code" value={code} />
              <p>
                All your lists end at once, and we forget your address and what we sent you. An account here,
                if you have one, stays; delete it in its <a href="/settings">settings</a>.
              </p>
              <label class="tick">
                <input type="checkbox" name="never" /> Never write to this address again. For that we keep a
                code that only your address leads to, and from which nobody can read it.
              </label>
              <button type="submit" class="button danger">
                Erase my address
              </button>
            </form>
          </details>
        </section>
      </div>
    ),
  })
}

function List({
  site,
  subscription,
  title,
  code,
  problem,
}: {
  site: Site
  subscription: Subscription
  title: string
  code: string
  problem: string | null
}) {
  const { id, list, preferences, confirmedAt, pausedAt, nextAt } = subscription
  return (
    <section aria-labelledby={`list-${id}`}>
      <h2 id={`list-${id}`}>
        <a href={list}>{title}</a>
      </h2>
      {problem !== null && (
        <p class="notice problem" role="alert">
          {problem}
        </p>
      )}
      <p>
        {confirmedAt === null
          ? 'Not confirmed yet: press the button in the email that we sent you.'
          : `It comes ${inWords(preferences)}.`}{' '}
        {pausedAt !== null && 'It is paused.'}
        {nextAt !== null && pausedAt === null && nextAt > site.now() && (
          <>Next: {inZone(nextAt, preferences.timeZone)}.</>
        )}
      </p>
      <details class="more" open={problem !== null}>
        <summary>Change</summary>
        <form class="form" method="post" action="/mail/settings/lists">
          <input type="hidden" name="code" value={code} />
          <input type="hidden" name="id" value={String(id)} />
          <EveryField chosen={preferences.every} />
          <PreferenceFields preferences={preferences} isNew={false} of={`-${id}`} />
          <button type="submit" class="button">
            Save changes
          </button>
        </form>
      </details>
      <form class="act" method="post" action="/mail/settings/lists/end">
        <input type="hidden" name="code" value={code} />
        <input type="hidden" name="id" value={String(id)} />
        {confirmedAt !== null && (
          <button
            type="submit"
            class="button quiet"
            formaction={pausedAt === null ? '/mail/settings/lists/pause' : '/mail/settings/lists/pause/end'}
          >
            {pausedAt === null ? 'Pause' : 'Resume'}
          </button>
        )}
        <button type="submit" class="button danger">
          Unsubscribe
        </button>
      </form>
    </section>
  )
}

function Act({ code, path, name }: { code: string; path: string; name: string }) {
  return (
    <form class="act" method="post" action={path}>
      <input type="hidden" name="code" value={code} />
      <button type="submit" class="button quiet">
        {name}
      </button>
    </form>
  )
}

/** An instant as the clock of its reader says it: `Monday 30 November at 07:00`. */
function inZone(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
  }).format(instant)
}
