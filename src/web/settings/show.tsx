import type { Context } from 'hono'
import { displayName, hasMail, type Reader } from '../../accounts/reader.ts'
import { listSessions, type Session } from '../../accounts/sessions.ts'
import { listWaysIn, type WaysIn } from '../../accounts/ways-in.ts'
import { renderPage } from '../layout.tsx'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'
import { browserName } from './browser-name.ts'

/** `/settings`: a reader's profile, ways to sign in, sessions, export and deletion. */
export function showSettings(site: Site) {
  return async (c: Context) => {
    const { viewer } = site
    if (!viewer) return c.redirect('/sign-in?to=/settings', 303)
    return c.html(
      await settingsPage(site, {
        reader: viewer.reader,
        sessionId: viewer.sessionId,
        saved: c.req.query('saved') !== undefined,
        problem: c.req.query('problem') === 'provider' ? NOT_ADDED : null,
      }),
    )
  }
}

const NOT_ADDED = {
  field: 'ways-in',
  reason:
    'That account was not added. It may belong to another account here, or you were signed out meanwhile. Try again.',
} as const

/** The page, with what was typed and what was wrong with it if a form was refused. */
export async function settingsPage(
  site: Site,
  {
    reader,
    sessionId,
    saved = false,
    problem = null,
  }: {
    reader: Reader
    sessionId: string
    saved?: boolean
    problem?: FieldProblem
  },
) {
  const now = site.now()
  const [sessions, ways] = await Promise.all([
    listSessions(site.db, { readerId: reader.id, now }),
    listWaysIn(site.db, { readerId: reader.id }),
  ])
  return renderPage(site, {
    head: { title: 'Settings', description: 'Your account.', path: '/settings', noindex: true },
    children: (
      <div class="narrow">
        <header class="edition-head">
          <p class="kicker">Your account</p>
          <h1>Settings</h1>
        </header>
        {saved && (
          <p class="notice" role="status">
            Your changes are saved.
          </p>
        )}
        {reader.suspended && (
          <p class="notice problem" role="alert">
            Your account is suspended. You can read the site, export your data and delete your account. The
            reason is in the <a href="/moderation">public moderation log</a>. The suspension of an earlier
            account with your mailbox, or with an account elsewhere that you sign in with, is yours too.
          </p>
        )}
        <ProfileForm reader={reader} problem={problem} />
        {!reader.suspended && <Standing reader={reader} />}
        <WaysInSection site={site} reader={reader} ways={ways} problem={problem} />
        <Sessions site={site} sessions={sessions} own={sessionId} />
        {!reader.suspended && (
          <section aria-labelledby="libraries">
            <h2 id="libraries">Your library elsewhere</h2>
            <p>
              <a href="/settings/zotero">Connect Zotero</a> to import your library into a collection, and to
              save papers to it.
            </p>
          </section>
        )}
        <section aria-labelledby="interests">
          <h2 id="interests">Your interests</h2>
          <p>
            See <a href="/settings/interests">what we think you are interested in</a>, and why, and correct
            it.
          </p>
        </section>
        <section aria-labelledby="programs">
          <h2 id="programs">Programs that act for you</h2>
          <p>
            A script or an assistant can vote, comment and collect in your name with a{' '}
            <a href="/settings/tokens">token</a>, which you can revoke at any time.
          </p>
        </section>
        <section aria-labelledby="leaving">
          <h2 id="leaving">Export or delete your account</h2>
          <p>
            <a href="/settings/export" download="">
              Download everything this site keeps about you
            </a>{' '}
            (JSON)
          </p>
          <form class="form" method="post" action="/settings/delete">
            <label for="confirm">To delete your account, type “delete”</label>
            {problem?.field === 'delete' && <Problem reason={problem.reason} />}
            <input id="confirm" name="confirm" type="text" autocomplete="off" required />
            <p class="hint">
              This deletes your name, email address, votes, lists, collections, notes, interests and sessions
              at once and for good, and no list comes to you by email any more. The text of your comments is
              erased. Comments that others have replied to are shown as deleted. You need to have signed in
              within the last 30 minutes.
              {reader.suspended &&
                ' Your suspension stays: we keep a code by which we recognise your mailbox and the accounts elsewhere that you sign in with, but cannot read them.'}
            </p>
            <button type="submit" class="button danger">
              Delete my account
            </button>
          </form>
        </section>
      </div>
    ),
  })
}

type FieldProblem = { field: 'name' | 'orcid' | 'ways-in' | 'delete'; reason: string } | null

function ProfileForm({ reader, problem }: { reader: Reader; problem: FieldProblem }) {
  return (
    <section aria-labelledby="profile">
      <h2 id="profile">Profile</h2>
      <form class="form" method="post" action="/settings/profile">
        <label for="name">Display name</label>
        {problem?.field === 'name' && <Problem reason={problem.reason} />}
        <input id="name" name="name" type="text" maxlength={80} autocomplete="name" value={reader.name} />
        <p class="hint">
          Shown with your comments and public collections. Without a name you appear as{' '}
          {displayName({ ...reader, name: '' })}.
        </p>
        <label for="orcid">ORCID (optional)</label>
        {problem?.field === 'orcid' && <Problem reason={problem.reason} />}
        <input
          id="orcid"
          name="orcid"
          type="text"
          maxlength={60}
          autocomplete="off"
          value={reader.orcid ?? ''}
          readonly={reader.orcidVerified}
        />
        <p class="hint">
          {reader.orcidVerified
            ? 'Verified when you signed in with ORCID.'
            : 'Not verified. To verify it, sign in with ORCID.'}
        </p>
        <label class="tick">
          <input type="checkbox" name="public" checked={reader.public} /> Make my page public, with my name,
          ORCID, comments and public collections
        </label>
        {hasMail(reader) && (
          <label class="tick">
            <input type="checkbox" name="mail-replies" checked={reader.mailReplies} /> Email me when someone
            replies to my comments
          </label>
        )}
        {hasMail(reader) && (
          <p class="hint">
            Lists that come to you by email have <a href="/mail/settings">settings of their own</a>.
          </p>
        )}
        <button type="submit" class="button">
          Save changes
        </button>
        {reader.public && (
          <p>
            <a href={`/readers/${reader.id}`}>View your page</a>
          </p>
        )}
      </form>
    </section>
  )
}

function Problem({ reason }: { reason: string }) {
  return (
    <p class="notice problem" role="alert">
      {reason}
    </p>
  )
}

function Standing({ reader }: { reader: Reader }) {
  return (
    <p class="aside">
      {reader.curator
        ? 'You are a curator. What curators do is in the '
        : reader.trusted
          ? 'Your votes have their full weight. See the '
          : 'Your account is new. For its first three days your votes have a tenth of their full weight, and a curator reviews the papers you submit. See the '}
      <a href={reader.curator ? '/moderation' : '/about/ranking'}>
        {reader.curator ? 'public moderation log' : 'ranking rules'}
      </a>
      .
    </p>
  )
}

function WaysInSection({
  site,
  reader,
  ways,
  problem,
}: {
  site: Site
  reader: Reader
  ways: WaysIn
  problem: FieldProblem
}) {
  const missing = site.accounts.providers.filter(
    (provider) => !ways.identities.some((identity) => identity.provider === provider.id),
  )
  return (
    <section aria-labelledby="ways-in">
      <h2 id="ways-in">Ways to sign in</h2>
      {problem?.field === 'ways-in' && <Problem reason={problem.reason} />}
      <ul class="rows">
        {hasMail(reader) && (
          <li>
            <span>A link to {reader.email}</span>
          </li>
        )}
        {ways.identities.map(({ provider, subject }) => (
          <li>
            <span>
              {site.accounts.providers.find(({ id }) => id === provider)?.name ?? provider}
              {provider === 'orcid' && `: ${subject}`}
            </span>
            {!reader.suspended && (
              <form method="post" action="/settings/identities/remove">
                <input type="hidden" name="provider" value={provider} />
                <input type="hidden" name="subject" value={subject} />
                <button type="submit" class="link-button">
                  Remove
                </button>
              </form>
            )}
          </li>
        ))}
        {ways.passkeys.map(({ id, name, createdAt }) => (
          <li>
            <span>
              Passkey {name ?? ''} {createdAt && <When site={site} instant={createdAt} />}
            </span>
            <form method="post" action="/settings/passkeys/remove">
              <input type="hidden" name="id" value={id} />
              <button type="submit" class="link-button">
                Remove
              </button>
            </form>
          </li>
        ))}
      </ul>
      <passkey-add hidden>
        <button type="button" class="button quiet">
          Add a passkey
        </button>
        <p class="hint" role="status"></p>
      </passkey-add>
      {missing.length > 0 && (
        <form class="form providers" method="post" action="/sign-in/with">
          <input type="hidden" name="to" value="/settings" />
          <input type="hidden" name="add" value="1" />
          {missing.map(({ id, name }) => (
            <button type="submit" name="provider" value={id} class="button quiet">
              Add {name}
            </button>
          ))}
        </form>
      )}
    </section>
  )
}

function Sessions({ site, sessions, own }: { site: Site; sessions: Session[]; own: string }) {
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">Where you are signed in</h2>
      <ul class="rows">
        {sessions.map(({ id, userAgent, usedAt }) => (
          <li>
            <span>
              {browserName(userAgent)}
              {id === own && ' (this one)'}, last used <When site={site} instant={usedAt} />
            </span>
            {id !== own && (
              <form method="post" action="/settings/sessions/end">
                <input type="hidden" name="id" value={id} />
                <button type="submit" class="link-button">
                  Sign out
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      <div class="buttons">
        {sessions.length > 1 && (
          <form method="post" action="/settings/sessions/end">
            <button type="submit" class="button quiet">
              Sign out everywhere else
            </button>
          </form>
        )}
        <form method="post" action="/sign-out">
          <button type="submit" class="button quiet">
            Sign out here
          </button>
        </form>
      </div>
    </section>
  )
}
