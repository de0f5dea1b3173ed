import type { Collection } from '../../shelves/collections.ts'
import { renderPage } from '../layout.tsx'
import { Entries, Pager } from '../parts/entries.tsx'
import { LIST_FILES } from '../exports/formats.ts'
import { CollectionDeskTools } from '../desk/paper-tools.tsx'
import { FeedLinks } from '../parts/feed-links.tsx'
import { FileLinks } from '../parts/file-links.tsx'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'
import { collectionPath, ReaderName } from './links.tsx'
import { CollectionTools } from './owner-tools.tsx'

const JSON_FILE = { suffix: '.json', name: 'JSON', type: 'application/json' }
/** Characters of a description in a list of collections. */
const EXCERPT_LENGTH = 280

/** The reader's own collections, then the public ones. */
export function collectionsPage(
  site: Site,
  {
    own,
    others,
    next,
    first,
  }: { own: Collection[]; others: Collection[]; next: string | null; first: boolean },
) {
  return renderPage(site, {
    head: {
      title: 'Collections',
      description: 'Lists of papers that readers have put together.',
      path: '/collections',
      next,
      noindex: !first,
    },
    children: (
      <>
        <header class="edition-head">
          <p class="kicker">By readers</p>
          <h1>Collections</h1>
          <p class="intro">
            Lists of papers that readers have put together. <a href="/collections/new">Create a collection</a>
          </p>
        </header>
        {own.length > 0 && (
          <section class="collections" aria-labelledby="own">
            <h2 id="own">Your collections</h2>
            <CollectionRows site={site} collections={own} />
          </section>
        )}
        <section class="collections" aria-labelledby="public">
          <h2 id="public">Public collections</h2>
          {others.length === 0 ? (
            <p class="aside">There are no public collections yet.</p>
          ) : (
            <CollectionRows site={site} collections={others} />
          )}
        </section>
        <Pager path="/collections" next={next} first={first} />
      </>
    ),
  })
}

/** Collections, one per row: title, number of papers, owner, last change, description. */
function CollectionRows({ site, collections }: { site: Site; collections: Collection[] }) {
  return (
    <ul class="rows">
      {collections.map((collection) => (
        <li>
          <h3>
            <a href={collectionPath(collection.id)}>{collection.title}</a>
          </h3>
          <Facts site={site} collection={collection} />
          {collection.description !== '' && <p class="written">{excerpt(collection.description)}</p>}
        </li>
      ))}
    </ul>
  )
}

function excerpt(text: string): string {
  const characters = Array.from(text)
  return characters.length > EXCERPT_LENGTH
    ? `${characters.slice(0, EXCERPT_LENGTH).join('').trimEnd()} …`
    : text
}

function Facts({ site, collection }: { site: Site; collection: Collection }) {
  const { papers, owner, changedAt } = collection
  return (
    <p class="aside">
      {papers === 1 ? '1 paper' : `${papers} papers`}, by <ReaderName reader={owner} />, changed{' '}
      <When site={site} instant={changedAt} />
      {!collection.public && ' · private'}
      {collection.hidden && ' · hidden by a curator'}
    </p>
  )
}

/** One page of a collection's papers; to its reader, with the means to change it. */
export function collectionPage(
  site: Site,
  {
    collection,
    entries,
    next,
    from,
    mayBeSaved = false,
  }: {
    collection: Collection
    entries: string[]
    next: string | null
    from: number
    /** Whether whoever looks has a library at Zotero to save papers to. */
    mayBeSaved?: boolean
  },
) {
  const { id, title, description } = collection
  const path = collectionPath(id)
  const own = site.viewer?.reader.id === collection.owner.id
  const open = collection.public && !collection.hidden
  const first = from === 1
  return renderPage(site, {
    head: {
      title,
      description:
        description === '' ? 'A collection of papers.' : excerpt(description).replaceAll('\n', ' '),
      path,
      ...(open ? { feeds: { path, title } } : {}),
      next,
      noindex: !open || !first,
    },
    children: (
      <>
        <header class="edition-head">
          <p class="kicker">
            <a href="/collections">Collection</a>
          </p>
          <h1>{title}</h1>
          {first && description !== '' && <p class="intro written">{description}</p>}
          <Facts site={site} collection={collection} />
        </header>
        <div class="with-rail">
          <div>
            {entries.length === 0 ? (
              <div class="blank">
                <p>{first ? 'This collection has no papers yet.' : 'You have reached the end.'}</p>
              </div>
            ) : (
              <Entries entries={entries} rankFrom={from} />
            )}
            <Pager path={path} next={next} first={first} />
          </div>
          <aside class="rail" aria-label="About this collection">
            {own && <CollectionTools collection={collection} />}
            <section class="box">
              <h2>Export</h2>
              <FileLinks path={path} formats={[...LIST_FILES, JSON_FILE]} />
              {mayBeSaved && collection.papers > 0 && (
                <form method="post" action={`${path}/zotero`}>
                  <button type="submit" class="button quiet">
                    Save all to Zotero
                  </button>
                </form>
              )}
            </section>
            {open && <FeedLinks path={path} files={null} intro="Follow new papers in this collection:" />}
            {open && site.viewer && !own && (
              <p class="aside">
                <a href={`${path}/flag`} rel="nofollow">
                  Flag this collection
                </a>
              </p>
            )}
            <CollectionDeskTools site={site} collection={collection} />
          </aside>
        </div>
      </>
    ),
  })
}
