import type { Context } from 'hono'
import { displayName } from '../../accounts/reader.ts'
import {
  collectionsOf,
  findCollection,
  parseCollectionsCursor,
  publicCollections,
  type Collection,
} from '../../shelves/collections.ts'
import { collectedPapers } from '../../shelves/collection-papers.ts'
import { FEED_FORMATS, type FeedSuffix } from '../../feeds/formats.ts'
import { sendFeed } from '../../feeds/send.ts'
import { mapInTurns } from '../../runtime/in-turns.ts'
import { toJson } from '../../papers/export/json.ts'
import { addressPath, parseAddress } from '../../papers/identifiers.ts'
import { formatCursor } from '../../db/cursor.ts'
import { brokenLink, notFound } from '../errors/show.tsx'
import { ownPath, PAGE_SIZE } from '../list/paging.ts'
import { renderEntries } from '../parts/entries.tsx'
import { pageShows, papersShown } from '../shows.ts'
import type { Site } from '../site.ts'
import { appendToEntries } from './append-to-entries.ts'
import { collectionFormPage } from './form.tsx'
import { collectionPath } from './links.tsx'
import { withNote } from './with-note.ts'
import { PaperTools } from './owner-tools.tsx'
import { collectionPage, collectionsPage } from './page.tsx'
import { BIBLIOGRAPHIES, sendPapers, type BibliographySuffix } from './send-papers.ts'

/** Collections on one page of their list. */
const COLLECTIONS_SHOWN = 50

/** `/collections`: the reader's own, then everyone's public ones. */
export function showCollections(site: Site) {
  return async (c: Context) => {
    const text = c.req.query('after')
    const after = text === undefined ? null : parseCollectionsCursor(text)
    if (text !== undefined && after === null) return brokenLink(site, c, { name: 'after' })
    const reader = after === null ? site.viewer?.reader : undefined
    const [own, page] = await Promise.all([
      reader ? collectionsOf(site.db, { readerId: reader.id }) : [],
      publicCollections(site.db, { after, limit: COLLECTIONS_SHOWN }),
    ])
    pageShows(c, ['collections'])
    const next = page.next && `/collections?after=${formatCursor(page.next)}`
    return c.html(collectionsPage(site, { own, others: page.collections, next, first: after === null }))
  }
}

/** `/collections/new`; `?paper=` is the address of a paper that is to be in it. */
export function showNewCollection(site: Site) {
  return (c: Context) => {
    if (!site.viewer) return c.redirect('/sign-in?to=/collections/new', 303)
    const paper = c.req.query('paper') ?? ''
    return c.html(
      collectionFormPage(site, {
        facts: { title: '', description: '', public: false },
        paper: parseAddress(paper) ? paper : '',
      }),
    )
  }
}

type Suffix = FeedSuffix | BibliographySuffix | '.json'

// The longer ones first: `.feed.json` is no `.json`.
const SUFFIXES: Suffix[] = [
  ...FEED_FORMATS.map(({ suffix }) => suffix),
  ...BIBLIOGRAPHIES.map(({ suffix }) => suffix),
  '.json',
]

/** `/collections/k3x0…`, its feeds and exports. People who cannot see it get the same answer as if it did not exist. */
export function showCollection(site: Site) {
  return async (c: Context) => {
    const asked = c.req.param('id') ?? ''
    const suffix = SUFFIXES.find((candidate) => asked.endsWith(candidate)) ?? null
    const id = suffix === null ? asked : asked.slice(0, -suffix.length)
    const collection = await findCollection(site.db, { id, asking: site.viewer?.reader ?? null })
    if (!collection) return notFound(site, c, { what: 'There is no such collection.' })
    if (!collection.public || collection.hidden) c.header('cache-control', 'no-store')
    return suffix === null ? showPapers(site, c, collection) : sendCollection(site, c, { collection, suffix })
  }
}

async function showPapers(site: Site, c: Context, collection: Collection): Promise<Response> {
  const text = c.req.query('after') ?? '0'
  if (!/^\d{1,6}$/.test(text)) return brokenLink(site, c, { name: 'after' })
  const skip = Number(text)
  const found = await collectedPapers(site.db, { collectionId: collection.id, skip, limit: PAGE_SIZE + 1 })
  const shown = found.slice(0, PAGE_SIZE)
  pageShows(c, ['collections', ...papersShown(shown.map(({ paper }) => paper))])
  const back = ownPath(c)
  const entries = await renderEntries(
    site,
    shown.map(({ paper }) => paper),
    { back },
  )
  const own = site.viewer?.reader.id === collection.owner.id
  return c.html(
    collectionPage(site, {
      collection,
      entries: appendToEntries(entries, (i) => {
        const collected = shown[i]
        if (!collected) return null
        return (
          <>
            {collected.note !== '' && <p class="note written">{collected.note}</p>}
            {own && <PaperTools collection={collection} collected={collected} back={back} />}
          </>
        )
      }),
      next: found.length > PAGE_SIZE ? `${collectionPath(collection.id)}?after=${skip + PAGE_SIZE}` : null,
      from: skip + 1,
    }),
  )
}

async function sendCollection(
  site: Site,
  c: Context,
  { collection, suffix }: { collection: Collection; suffix: Suffix },
): Promise<Response> {
  const { id, title } = collection
  const path = collectionPath(id)
  const collected = await collectedPapers(site.db, { collectionId: id })
  pageShows(c, ['collections', ...papersShown(collected.map(({ paper }) => paper))])
  switch (suffix) {
    case '.bib':
    case '.ris':
    case '.csl.json':
      return sendPapers(site, c, {
        papers: collected.map(({ paper }) => paper),
        suffix,
        name: `collection-${id}`,
      })
    case '.json': {
      const papers = await mapInTurns(collected, ({ paper, note, addedAt }) => ({
        note,
        addedAt: addedAt.toISOString(),
        paper: toJson(paper, { url: site.origin + addressPath(paper.address), siteName: site.name }),
      }))
      return c.json({
        id,
        url: site.origin + path,
        title,
        description: collection.description,
        by: displayName(collection.owner),
        createdAt: collection.createdAt.toISOString(),
        changedAt: collection.changedAt.toISOString(),
        papers,
      })
    }
    default: {
      // Of a long collection the most recently added papers, wherever they are in it: subscribers must not miss what is
      // new.
      const newest = new Set(
        collected.toSorted((a, b) => b.addedAt.getTime() - a.addedAt.getTime()).slice(0, PAGE_SIZE),
      )
      return sendFeed(site, c, {
        format: suffix,
        path,
        feedPath: path,
        title: `${site.name}: ${title}`,
        papers: collected.filter((one) => newest.has(one)).map(({ paper, note }) => withNote(paper, note)),
      })
    }
  }
}
