import type { Context } from 'hono'
import { raw } from 'hono/html'
import type { Reader } from '../../accounts/reader.ts'
import { zoteroAccountOf, type ZoteroAccount } from '../../libraries/zotero/account.ts'
import { savedFigures, type SavedFigures } from '../../libraries/zotero/saves.ts'
import { papersByIds } from '../../papers/find.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { typeset } from '../../papers/typeset.ts'
import { renderPage } from '../layout.tsx'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'
import { PlaceChoice } from './place-choice.tsx'

type Problem = { of: 'key' | 'places'; reason: string } | null

/** `/settings/zotero`: connecting an account at Zotero, and what goes to and fro. */
export function showZotero(site: Site) {
  return async (c: Context) => {
    const { viewer } = site
    if (!viewer) return c.redirect('/sign-in?to=/settings/zotero', 303)
    c.header('cache-control', 'no-store')
    return c.html(
      await zoteroPage(site, { reader: viewer.reader, connected: c.req.query('connected') !== undefined }),
    )
  }
}

/** The page, with what was wrong with a form that was refused. The key itself is never shown again. */
export async function zoteroPage(
  site: Site,
  { reader, connected = false, problem = null }: { reader: Reader; connected?: boolean; problem?: Problem },
) {
  const [account, figures] = await Promise.all([
    zoteroAccountOf(site.db, { readerId: reader.id }),
    savedFigures(site.db, { readerId: reader.id }),
  ])
  return renderPage(site, {
    head: {
      title: 'Zotero',
      description: 'Your library at Zotero.',
      path: '/settings/zotero',
      noindex: true,
    },
    children: (
      <div class="narrow">
        <header class="edition-head">
          <p class="kicker">
            <a href="/settings">Settings</a>
          </p>
          <h1>Zotero</h1>
        </header>
        {connected && account && (
          <p class="notice" role="status">
            Your Zotero account is connected.
          </p>
        )}
        {account ? (
          <Connected site={site} account={account} figures={figures} problem={problem} />
        ) : (
          <p>
            Connect your account at Zotero to import your library into a collection here, and to save papers
            from here to your library.
          </p>
        )}
        {account ? (
          <details>
            <summary>Connect with another key</summary>
            <KeyForm problem={problem} />
          </details>
        ) : (
          <KeyForm problem={problem} />
        )}
        {figures.failures.length > 0 && <Failures site={site} figures={figures} />}
      </div>
    ),
  })
}

function KeyForm({ problem }: { problem: Problem }) {
  return (
    <form class="form" method="post" action="/settings/zotero">
      <label for="key">Zotero key</label>
      {problem?.of === 'key' && (
        <p class="notice problem" role="alert">
          {problem.reason}
        </p>
      )}
      <input
        id="key"
        name="key"
        type="text"
        required
        maxlength={64}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-describedby="key-hint"
      />
      <p class="hint" id="key-hint">
        <a href="https://www.zotero.org/settings/keys/new" rel="noopener">
          Make a key at Zotero
        </a>{' '}
        that allows library access, and write access too if you want to save papers from here. We keep it
        encrypted, use it only for you, and never show it again.
      </p>
      <button type="submit" class="button">
        Connect Zotero
      </button>
    </form>
  )
}

function Connected({
  site,
  account,
  figures,
  problem,
}: {
  site: Site
  account: ZoteroAccount
  figures: SavedFigures
  problem: Problem
}) {
  const { username, mayWrite, connectedAt } = account
  return (
    <>
      <ul class="rows">
        <li>
          <span>Account</span>{' '}
          <span>
            {username}, connected <When site={site} instant={connectedAt} />
          </span>
        </li>
        <li>
          <span>Your key allows</span> <span>{mayWrite ? 'reading and writing' : 'reading only'}</span>
        </li>
        {mayWrite && (
          <li>
            <span>Saved from here</span>{' '}
            <span>
              {papers(figures.saved)}
              {figures.waiting > 0 && `, ${papers(figures.waiting)} on the way`}
            </span>
          </li>
        )}
      </ul>
      {figures.waiting > 0 && figures.trouble !== null && (
        <p class="notice" role="status">
          {figures.trouble} We will try again.
        </p>
      )}
      <section aria-labelledby="import">
        <h2 id="import">Import into a new collection</h2>
        <form class="form" method="post" action="/settings/zotero/import">
          <PlaceChoice account={account} />
          <p class="hint">
            Papers that are on this site go into a private collection. The others are listed for you. To
            import into a collection you have, open it and choose “Import papers”.
          </p>
          <button type="submit" class="button">
            Import
          </button>
        </form>
        {problem?.of === 'places' && (
          <p class="notice problem" role="alert">
            {problem.reason}
          </p>
        )}
      </section>
      <div class="buttons">
        <form method="post" action="/settings/zotero/places">
          <button type="submit" class="button quiet">
            Update list of collections
          </button>
        </form>
        <form method="post" action="/settings/zotero/removal">
          <button type="submit" class="button quiet">
            Disconnect Zotero
          </button>
        </form>
      </div>
    </>
  )
}

async function Failures({ site, figures }: { site: Site; figures: SavedFigures }) {
  const found = await papersByIds(
    site.db,
    figures.failures.map(({ paperId }) => paperId),
    { seenBy: 'everyone' },
  )
  return (
    <section aria-labelledby="failures">
      <h2 id="failures">Not saved</h2>
      <ul class="rows">
        {figures.failures.map(({ paperId, reason }) => {
          const paper = found.get(paperId)
          return (
            <li>
              <span>
                {paper ? (
                  <a href={addressPath(paper.address)}>{raw(typeset(paper.title, { links: false }))}</a>
                ) : (
                  'A paper that is no longer here'
                )}
              </span>{' '}
              <span>{reason}</span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function papers(count: number): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? 'paper' : 'papers'}`
}
