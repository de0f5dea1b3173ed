import { randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import { isFresh } from '../../accounts/sessions.ts'
import {
  LIFETIMES,
  LONGEST_TOKEN_NAME,
  SCOPES,
  tokensOf,
  USUAL_LIFETIME,
  type Scope,
  type Token,
} from '../../accounts/tokens.ts'
import { renderPage } from '../layout.tsx'
import { dayIn } from '../../papers/calendar.ts'
import { plainDay } from '../../papers/dates-in-words.ts'
import { When } from '../parts/when.tsx'
import type { Site, Viewer } from '../site.ts'

/** How long after signing in a token can be made. */
export const FRESH_MS = 30 * 60_000

/** What each scope lets a program do: the words of the list, and of the form. */
const SCOPE_WORDS: Record<Scope, { short: string; long: string }> = {
  read: { short: 'read', long: 'Read what is yours: votes, lists, collections, email settings' },
  vote: { short: 'vote', long: 'Vote for papers' },
  collect: { short: 'collect', long: 'Keep your reading list and collections' },
  comment: { short: 'comment', long: 'Comment, react and flag under your name' },
  submit: { short: 'submit', long: 'Submit papers, and say that you wrote one' },
  subscribe: { short: 'subscribe', long: 'Change what comes to you by email' },
  curate: { short: 'curate', long: 'Pick, hide and decide as a curator' },
}

/** What somebody chose in the form. */
export type TokenDraft = { name: string; scopes: Scope[]; lifetime: string }
type FormProblem = { field: keyof TokenDraft | 'form'; reason: string } | null

/** `/settings/tokens`: the tokens with which programs act for a reader. */
export function showTokens(site: Site) {
  return async (c: Context) => {
    c.header('cache-control', 'no-store')
    if (!site.viewer) return c.redirect('/sign-in?to=/settings/tokens', 303)
    const own = { ...site, viewer: site.viewer }
    return c.html(await tokensPage(own, { revoked: c.req.query('revoked') !== undefined }))
  }
}

/** The page; with what was chosen and what was wrong with it, or with a token that is shown this once. */
export async function tokensPage(
  site: Site & { viewer: Viewer },
  {
    draft = null,
    problem = null,
    shown = null,
    revoked = false,
  }: {
    draft?: TokenDraft | null
    problem?: FormProblem
    shown?: { token: string; made: Token } | null
    revoked?: boolean
  } = {},
) {
  const { reader, sessionId } = site.viewer
  const [tokens, mayMake] = await Promise.all([
    tokensOf(site.db, { readerId: reader.id }),
    isFresh(site.db, { sessionId, withinMs: FRESH_MS, now: site.now() }),
  ])
  return renderPage(site, {
    head: {
      title: 'Tokens',
      description: 'With a token, a program can act for you.',
      path: '/settings/tokens',
      noindex: true,
    },
    children: (
      <div class="narrow">
        <header class="edition-head">
          <p class="kicker">
            <a href="/settings">Settings</a>
          </p>
          <h1>Tokens</h1>
        </header>
        {revoked && (
          <p class="notice" role="status">
            Revoked. Nobody can use it any more.
          </p>
        )}
        {shown && <Shown site={site} {...shown} />}
        <p>
          With a token, a program can act for you: a script, a command line, an assistant. It can do what you
          allow it here and nothing else, and never sign in, change your account or delete it.
        </p>
        {tokens.length > 0 && <Tokens site={site} tokens={tokens} />}
        <section aria-labelledby="make">
          <h2 id="make">Make a token</h2>
          {reader.suspended ? (
            <p>Your account is suspended, so you cannot make a token.</p>
          ) : mayMake ? (
            <MakeForm curator={reader.curator} draft={draft} problem={problem} />
          ) : (
            <SignInAgain problem={problem} />
          )}
        </section>
      </div>
    ),
  })
}

function Shown({ site: { origin }, token, made }: { site: Site; token: string; made: Token }) {
  return (
    <div class="notice" role="status">
      <p>This is the token “{made.name}”. Copy it now: it is shown only this once.</p>
      <p>
        <code class="secret">{token}</code>
      </p>
      <p class="hint">
        Keep it as you keep a password. To try it:{' '}
        <code>curl -H "Authorization: Bearer TOKEN" {origin}/api/me</code>
      </p>
    </div>
  )
}

function Tokens({ site, tokens }: { site: Site; tokens: Token[] }) {
  return (
    <section aria-labelledby="tokens">
      <h2 id="tokens">Your tokens</h2>
      <ul class="rows">
        {tokens.map((token) => (
          <li class="token">
            <TokenLine site={site} token={token} />
            <form method="post" action="/settings/tokens/revoke">
              <input type="hidden" name="id" value={token.id} />
              <button type="submit" class="link-button" aria-label={`Revoke ${token.name}`}>
                Revoke
              </button>
            </form>
          </li>
        ))}
      </ul>
      {tokens.length > 1 && (
        <form method="post" action="/settings/tokens/revoke-all">
          <button type="submit" class="button quiet">
            Revoke all
          </button>
        </form>
      )}
    </section>
  )
}

function TokenLine({
  site,
  token: { name, ending, scopes, createdAt, lastUsedAt, expiresAt },
}: {
  site: Site
  token: Token
}) {
  const hasExpired = expiresAt !== null && expiresAt <= site.now()
  return (
    <div>
      <p>
        <strong>{name}</strong> <code>bs_…{ending}</code>
      </p>
      <p class="hint">
        May {listOf(scopes.map((scope) => SCOPE_WORDS[scope].short))}. Made{' '}
        <When site={site} instant={createdAt} />,{' '}
        {lastUsedAt === null ? (
          'never used'
        ) : (
          <>
            last used <When site={site} instant={lastUsedAt} />
          </>
        )}
        .{' '}
        {expiresAt === null
          ? 'Does not expire.'
          : `${hasExpired ? 'Expired' : 'Expires'} on ${plainDay(dayIn(site.timeZone, expiresAt))}.`}
      </p>
    </div>
  )
}

function listOf(words: string[]): string {
  return new Intl.ListFormat('en-GB').format(words)
}

function MakeForm({
  curator,
  draft,
  problem,
}: {
  curator: boolean
  draft: TokenDraft | null
  problem: FormProblem
}) {
  const lifetime = draft?.lifetime ?? String(USUAL_LIFETIME)
  return (
    <form class="form" method="post" action="/settings/tokens">
      {/* Sent again, as by reloading the page that shows the token, it makes no second one. */}
      <input type="hidden" name="id" value={randomUUID()} />
      {problem?.field === 'form' && <Problem reason={problem.reason} />}
      <label for="name">Name</label>
      {problem?.field === 'name' && <Problem reason={problem.reason} />}
      <input
        id="name"
        name="name"
        type="text"
        required
        maxlength={LONGEST_TOKEN_NAME}
        autocomplete="off"
        value={draft?.name ?? ''}
      />
      <p class="hint">Such as the program that will use it. Only you see it.</p>
      <fieldset class="choices stacked">
        <legend>What it may do</legend>
        {problem?.field === 'scopes' && <Problem reason={problem.reason} />}
        {SCOPES.filter((scope) => scope !== 'curate' || curator).map((scope) => (
          <label class="tick">
            <input
              type="checkbox"
              name={`scope-${scope}`}
              checked={draft === null ? scope === 'read' : draft.scopes.includes(scope)}
            />{' '}
            <span>{SCOPE_WORDS[scope].long}</span>
          </label>
        ))}
      </fieldset>
      <label for="lifetime">Expires</label>
      {problem?.field === 'lifetime' && <Problem reason={problem.reason} />}
      <select id="lifetime" name="lifetime">
        {LIFETIMES.map((days) => (
          <option value={String(days)} selected={lifetime === String(days)}>
            After {days} days
          </option>
        ))}
        <option value="never" selected={lifetime === 'never'}>
          Never
        </option>
      </select>
      <button type="submit" class="button">
        Make token
      </button>
    </form>
  )
}

function SignInAgain({ problem }: { problem: FormProblem }) {
  return (
    <>
      {problem !== null && <Problem reason={problem.reason} />}
      <p>
        A token lasts longer than a browser that was left signed in. So you can make one within 30 minutes of
        signing in.
      </p>
      <p class="buttons">
        <a class="button" href="/sign-in?again&to=/settings/tokens">
          Sign in again
        </a>
      </p>
    </>
  )
}

function Problem({ reason }: { reason: string }) {
  return (
    <p class="notice problem" role="alert">
      {reason}
    </p>
  )
}
