import type { Context } from 'hono'
import {
  importsInto,
  LARGEST_FILE,
  leftItems,
  type LeftItem,
  type LibraryImport,
} from '../../libraries/imports.ts'
import { zoteroAccountOf, type ZoteroAccount } from '../../libraries/zotero/account.ts'
import { MOST_PAPERS } from '../../shelves/collection-papers.ts'
import { findCollection, type Collection } from '../../shelves/collections.ts'
import { collectionPath } from '../collections/links.tsx'
import { notFound } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'
import { PlaceChoice } from './place-choice.tsx'

/** Items on one page of what could not be added. */
const ITEMS_SHOWN = 200
/** Seconds after which a page about an import under way is asked for again. */
const REFRESH_SECONDS = '5'
const NONE = { what: 'There is no such collection.' }

/** `/collections/…/import`: importing into one's own collection, and the imports so far. */
export function showImportForm(site: Site) {
  return async (c: Context) => {
    if (!site.viewer) return askToSignIn(c)
    const collection = await ownCollection(site, c)
    return collection ? c.html(await importFormPage(site, { collection })) : notFound(site, c, NONE)
  }
}

function askToSignIn(c: Context): Response {
  return c.redirect(`/sign-in?to=${encodeURIComponent(c.req.path)}`, 303)
}

async function ownCollection(site: Site, c: Context): Promise<Collection | null> {
  c.header('cache-control', 'no-store')
  const reader = site.viewer?.reader ?? null
  const collection = await findCollection(site.db, { id: c.req.param('id') ?? '', asking: reader })
  return collection && collection.owner.id === reader?.id ? collection : null
}

/** The page, with what was pasted and what was wrong with it if a form was refused. */
export async function importFormPage(
  site: Site,
  {
    collection,
    problem = null,
    text = '',
  }: { collection: Collection; problem?: string | null; text?: string },
) {
  const [account, imports] = await Promise.all([
    zoteroAccountOf(site.db, { readerId: collection.owner.id }),
    importsInto(site.db, { collectionId: collection.id }),
  ])
  const path = collectionPath(collection.id)
  return renderPage(site, {
    head: {
      title: 'Import papers',
      description: 'Import papers into a collection.',
      path: `${path}/import`,
      noindex: true,
    },
    children: (
      <div class="narrow">
        <Head collection={collection} title="Import papers" />
        <p>
          Papers that are on this site go into your collection, in the order of your library. The others are
          listed for you, so that you can submit them.
        </p>
        <section aria-labelledby="from-zotero">
          <h2 id="from-zotero">From Zotero</h2>
          {account ? (
            <FromZotero account={account} path={path} />
          ) : (
            <p>
              <a href="/settings/zotero">Connect your Zotero account</a> first.
            </p>
          )}
        </section>
        <section aria-labelledby="from-file">
          <h2 id="from-file">From a file</h2>
          <form class="form" method="post" action={`${path}/import/file`} enctype="multipart/form-data">
            {problem !== null && (
              <p class="notice problem" role="alert">
                {problem}
              </p>
            )}
            <label for="file">BibTeX, RIS or CSL-JSON file</label>
            <input id="file" name="file" type="file" accept=".bib,.bibtex,.ris,.json,.txt,.gz" />
            <p class="hint">Up to {LARGEST_FILE / 1024 / 1024} MB. Every reference manager can export one.</p>
            <label for="text">Or paste its text</label>
            <textarea id="text" name="text" spellcheck={false}>
              {text.length > 100_000 ? '' : text}
            </textarea>
            <button type="submit" class="button">
              Import file
            </button>
          </form>
        </section>
        {imports.length > 0 && (
          <section aria-labelledby="imports">
            <h2 id="imports">Imports so far</h2>
            <ul class="rows">
              {imports.map((one) => (
                <li>
                  <span>
                    <a href={`${path}/imports/${one.id}`}>{one.name}</a>
                    {one.from === 'zotero' && ' (Zotero)'}, <When site={site} instant={one.askedAt} />
                  </span>{' '}
                  <span>{inShort(one)}</span>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    ),
  })
}

function FromZotero({ account, path }: { account: ZoteroAccount; path: string }) {
  return (
    <form class="form" method="post" action={`${path}/import`}>
      <PlaceChoice account={account} />
      <button type="submit" class="button">
        Import from Zotero
      </button>
    </form>
  )
}

function Head({ collection, title }: { collection: Collection; title: string }) {
  return (
    <header class="edition-head">
      <p class="kicker">
        <a href={collectionPath(collection.id)}>{collection.title}</a>
      </p>
      <h1>{title}</h1>
    </header>
  )
}

function inShort({ state, counts, isRead }: LibraryImport): string {
  switch (state) {
    case 'waiting':
      return isRead ? 'Matching papers' : 'Reading'
    case 'failed':
      return 'Failed'
    case 'done':
      return `${count(counts.added)} added`
  }
}

/** `/collections/…/imports/7`: how far an import has come, and what became of everything in it. */
export function showImport(site: Site) {
  return async (c: Context) => {
    if (!site.viewer) return askToSignIn(c)
    const collection = await ownCollection(site, c)
    if (!collection) return notFound(site, c, NONE)
    const asked = c.req.param('import') ?? ''
    const after = c.req.query('after') ?? '0'
    if (!/^\d{1,15}$/.test(asked) || !/^\d{1,9}$/.test(after)) return notFound(site, c)
    const importId = Number(asked)
    const [found] = await importsInto(site.db, { collectionId: collection.id, id: importId })
    if (!found) return notFound(site, c, { what: 'There is no such import.' })
    const isOver = found.state !== 'waiting'
    if (!isOver) c.header('refresh', REFRESH_SECONDS)
    const { items, next } = isOver
      ? await leftItems(site.db, { importId, after: Number(after), limit: ITEMS_SHOWN })
      : { items: [], next: null }
    return c.html(importPage(site, { collection, found, items, next, isFirst: after === '0' }))
  }
}

function importPage(
  site: Site,
  {
    collection,
    found,
    items,
    next,
    isFirst,
  }: {
    collection: Collection
    found: LibraryImport
    items: LeftItem[]
    next: number | null
    isFirst: boolean
  },
) {
  const path = collectionPath(collection.id)
  const own = `${path}/imports/${found.id}`
  return renderPage(site, {
    head: {
      title: `Import of ${found.name}`,
      description: 'An import into a collection.',
      path: own,
      noindex: true,
    },
    children: (
      <div class="narrow">
        <Head collection={collection} title={`Import of ${found.name}`} />
        {found.state === 'waiting' ? <Progress site={site} found={found} /> : <Outcome found={found} />}
        {found.state !== 'waiting' && (
          <div class="buttons">
            <a class="button" href={path}>
              Open the collection
            </a>
            {(found.from === 'zotero' || found.counts.absent + found.counts.full > 0) && (
              <form method="post" action={`${own}/repetition`}>
                <button type="submit" class="button quiet">
                  {found.from === 'zotero' ? 'Import what has changed' : 'Look again'}
                </button>
              </form>
            )}
          </div>
        )}
        <LeftItems items={items} isFirst={isFirst} />
        {next !== null && (
          <p>
            <a href={`${own}?after=${next}`}>Show more</a>
          </p>
        )}
        <p class="aside">
          <a href={`${path}/import`}>Import something else</a>
        </p>
      </div>
    ),
  })
}

function Progress({ site, found }: { site: Site; found: LibraryImport }) {
  const { isRead, listed, total, counts, trouble, dueAt } = found
  const done = listed - counts.waiting
  return (
    <div class="import-progress" role="status">
      <p>
        {isRead
          ? `Matched ${count(done)} of ${count(listed)} with papers on this site.`
          : listed === 0
            ? 'Waiting to be read.'
            : `Read ${count(listed)}${total === null ? '' : ` of ${count(total)}`}.`}{' '}
        This page keeps itself up to date, and you can leave it: the import goes on.
      </p>
      {total !== null && total > 0 && (
        <progress max={total * 2} value={Math.min(total * 2, listed + (isRead ? done : 0))}>
          {Math.floor((100 * (listed + (isRead ? done : 0))) / (total * 2))}%
        </progress>
      )}
      {trouble !== null && (
        <p class="notice">
          {trouble} We will try again
          {dueAt && dueAt > site.now() ? (
            <>
              {' '}
              at <time datetime={dueAt.toISOString()}>{clock(dueAt, site.timeZone)}</time>
            </>
          ) : (
            ' soon'
          )}
          .
        </p>
      )}
    </div>
  )
}

function clock(at: Date, timeZone: string): string {
  return at.toLocaleTimeString('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  })
}

function Outcome({ found: { state, counts, trouble, leftOut } }: { found: LibraryImport }) {
  const lines = [
    [counts.added, 'added to your collection'],
    [counts.there, 'in it already'],
    [counts.absent, 'not on this site'],
    [counts.bare, 'without an arXiv identifier or DOI'],
    [counts.full, `left out, because a collection can have up to ${MOST_PAPERS} papers`],
    [counts.unreadable, 'could not be read'],
  ] as const
  return (
    <>
      {state === 'failed' && (
        <p class="notice problem" role="alert">
          {trouble}
        </p>
      )}
      {(state === 'done' || counts.added > 0) && (
        <ul class="rows">
          {lines
            .filter(([number], i) => i === 0 || number > 0)
            .map(([number, words]) => (
              <li>
                <span>{words.charAt(0).toUpperCase() + words.slice(1)}</span> <span>{count(number)}</span>
              </li>
            ))}
        </ul>
      )}
      {leftOut && (
        <p class="notice">
          There was more than we read in one import. Import single collections, or parts of the file.
        </p>
      )}
    </>
  )
}

const REASONS = {
  absent: 'Not on this site',
  bare: 'No arXiv identifier or DOI',
  full: 'The collection was full',
  unreadable: 'Could not be read',
} as const

function LeftItems({ items, isFirst }: { items: LeftItem[]; isFirst: boolean }) {
  if (items.length === 0) return isFirst ? null : <p>You have reached the end.</p>
  return (
    <section aria-labelledby="left">
      <h2 id="left">Not added</h2>
      <ul class="rows">
        {items.map(({ title, state, identifier, reason }) => (
          <li>
            <span>{title === '' ? 'Without a title' : title}</span>{' '}
            <span>
              {state === 'absent' && identifier ? (
                <a href={`/papers/submit?paper=${encodeURIComponent(identifier.value)}`}>
                  Submit {identifier.value}
                </a>
              ) : (
                (reason ?? REASONS[state])
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function count(number: number): string {
  return number.toLocaleString('en-GB')
}
