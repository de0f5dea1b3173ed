import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { notForMeList, parseNotForMeCursor } from '../../shelves/not-for-me.ts'
import {
  countReadingList,
  parseReadingCursor,
  readingList,
  wholeReadingList,
  type SavedPaper,
} from '../../shelves/reading-list.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { warningsOf } from '../../papers/notices.ts'
import type { Paper } from '../../papers/paper.ts'
import { noticedPapers } from '../../shelves/noticed-papers.ts'
import { plainText } from '../../papers/plain-text.ts'
import { formatCursor } from '../../db/cursor.ts'
import { appendToEntries } from '../collections/append-to-entries.ts'
import { brokenLink } from '../errors/show.tsx'
import { LIST_FILES, splitFileSuffix } from '../exports/formats.ts'
import { sendList } from '../exports/send-list.ts'
import { renderPage } from '../layout.tsx'
import { ownPath, PAGE_SIZE } from '../list/paging.ts'
import { FileLinks } from '../parts/file-links.tsx'
import { Entries, Pager, renderEntries } from '../parts/entries.tsx'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'

const PATH = '/reading-list'
const NOTICED_SHOWN = 20

/** `/reading-list`, and its files. */
export function showReadingList(site: Site) {
  return async (c: Context) => {
    const { viewer } = site
    if (!viewer) return c.redirect(`/sign-in?to=${PATH}`, 303)
    c.header('cache-control', 'no-store')
    const readerId = viewer.reader.id
    const { file } = splitFileSuffix(c.req.path)
    if (file !== null)
      return sendList(site, c, {
        file,
        name: 'reading-list',
        pages: (limit) => wholeReadingList(site.db, { readerId, limit }),
      })
    const text = c.req.query('after')
    const after = text === undefined ? null : parseReadingCursor(text)
    if (text !== undefined && after === null) return brokenLink(site, c, { name: 'after' })
    const [{ papers, next }, counts, noticed] = await Promise.all([
      readingList(site.db, { readerId, after, limit: PAGE_SIZE }),
      countReadingList(site.db, { readerId }),
      after === null ? noticedPapers(site.db, { readerId, limit: NOTICED_SHOWN }) : [],
    ])
    const back = ownPath(c)
    const entries = await renderEntries(
      site,
      papers.map(({ paper }) => paper),
      // It has tools of its own.
      { back, hasActs: false },
    )
    return c.html(
      ownListPage(site, {
        title: 'Reading list',
        path: PATH,
        intro: (
          <>
            {counts.unread} to read, {counts.read} read.{' '}
            <a href={`${PATH}/not-for-me`}>Papers marked “Not for me”</a>, <a href="/notes">your notes</a>
          </>
        ),
        notice: <Noticed papers={noticed} />,
        empty: <p>Papers you save will appear here.</p>,
        entries: appendToEntries(entries, (i) => {
          const saved = papers[i]
          return saved ? <SavedTools site={site} saved={saved} back={back} /> : null
        }),
        exports: true,
        next: next && `${PATH}?after=${formatCursor(next)}`,
        first: after === null,
      }),
    )
  }
}

/** `/reading-list/not-for-me`: the papers the reader marked “Not for me”, each with a button to show it again. */
export function showNotForMe(site: Site) {
  return async (c: Context) => {
    const path = `${PATH}/not-for-me`
    if (!site.viewer) return c.redirect(`/sign-in?to=${path}`, 303)
    c.header('cache-control', 'no-store')
    const text = c.req.query('after')
    const after = text === undefined ? null : parseNotForMeCursor(text)
    if (text !== undefined && after === null) return brokenLink(site, c, { name: 'after' })
    const { papers, next } = await notForMeList(site.db, {
      readerId: site.viewer.reader.id,
      after,
      limit: PAGE_SIZE,
    })
    return c.html(
      ownListPage(site, {
        title: 'Not for me',
        path,
        intro: (
          <>
            These papers are reduced to one line in your lists. <a href={PATH}>Reading list</a>
          </>
        ),
        empty: <p>You have not marked any papers “Not for me”.</p>,
        entries: await renderEntries(site, papers, { back: ownPath(c) }),
        exports: false,
        next: next && `${path}?after=${formatCursor(next)}`,
        first: after === null,
      }),
    )
  }
}

/** What readers should hear of papers that they saved or voted for. */
function Noticed({ papers }: { papers: Paper[] }) {
  if (papers.length === 0) return null
  return (
    <div class="notice problem" role="note">
      <p>
        <strong>Since they came out, papers you saved or voted for have changed:</strong>
      </p>
      <ul>
        {papers.map((paper) => (
          <li>
            <a href={addressPath(paper.address)}>{plainText(paper.title)}</a>:{' '}
            {warningsOf(paper).join(', ').toLowerCase()}
          </li>
        ))}
      </ul>
    </div>
  )
}

function SavedTools({
  site,
  saved: { paper, readAt },
  back,
}: {
  site: Site
  saved: SavedPaper
  back: string
}) {
  const path = addressPath(paper.address)
  const title = plainText(paper.title)
  return (
    <div class="tools">
      {readAt && (
        <p>
          Read <When site={site} instant={readAt} />
        </p>
      )}
      <form method="post" action={`${path}/read`}>
        <input type="hidden" name="back" value={back} />
        <button
          type="submit"
          class="link-button"
          name="read"
          value={readAt ? '0' : '1'}
          aria-label={`${readAt ? 'Mark as unread' : 'Mark as read'}: ${title}`}
        >
          {readAt ? 'Mark as unread' : 'Mark as read'}
        </button>
      </form>
      <form method="post" action={`${path}/save`}>
        <input type="hidden" name="back" value={back} />
        <button type="submit" class="link-button" name="save" value="0" aria-label={`Remove: ${title}`}>
          Remove
        </button>
      </form>
    </div>
  )
}

function ownListPage(
  site: Site,
  {
    title,
    path,
    intro,
    notice = null,
    empty,
    entries,
    exports,
    next,
    first,
  }: {
    title: string
    path: string
    intro: Child
    notice?: Child
    empty: Child
    entries: string[]
    exports: boolean
    next: string | null
    first: boolean
  },
) {
  return renderPage(site, {
    head: { title, description: title, path, next, noindex: true },
    children: (
      <>
        <header class="edition-head">
          <p class="kicker">Only you can see this</p>
          <h1>{title}</h1>
          <p class="intro">{intro}</p>
          {notice}
        </header>
        {entries.length === 0 ? (
          <div class="blank">{first ? empty : <p>You have reached the end.</p>}</div>
        ) : (
          <div class="with-rail">
            <div>
              <Entries entries={entries} />
              <Pager path={path} next={next} first={first} />
            </div>
            {exports && (
              <aside class="rail" aria-label="About this list">
                <section class="box">
                  <h2>Export</h2>
                  <FileLinks path={path} formats={LIST_FILES} />
                </section>
              </aside>
            )}
          </div>
        )}
      </>
    ),
  })
}
