import type { Context } from 'hono'
import { formatCursor } from '../../db/cursor.ts'
import { notesOf, parseNotesCursor } from '../../shelves/paper-notes.ts'
import { appendToEntries } from '../collections/append-to-entries.ts'
import { brokenLink } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import { LIST_SIZE } from '../list/paging.ts'
import { Entries, Pager, renderEntries } from '../parts/entries.tsx'
import { When } from '../parts/when.tsx'
import { LONGEST_TEXT, searchedText } from '../search/address.ts'
import type { Site } from '../site.ts'

const PATH = '/notes'

/** `/notes`: the papers a reader has written notes on, the last written first; `?q=` those whose notes have all its words. */
export function showNotes(site: Site) {
  return async (c: Context) => {
    const { viewer } = site
    if (!viewer) return c.redirect(`/sign-in?to=${PATH}`, 303)
    c.header('cache-control', 'no-store')
    const cursor = c.req.query('after')
    const after = cursor === undefined ? null : parseNotesCursor(cursor)
    if (cursor !== undefined && after === null) return brokenLink(site, c, { name: 'after' })
    const text = searchedText(c)
    const path = text === '' ? PATH : `${PATH}?${new URLSearchParams({ q: text }).toString()}`
    const { notes, next } = await notesOf(site.db, {
      readerId: viewer.reader.id,
      text: text === '' ? null : text,
      after,
      limit: LIST_SIZE,
    })
    const further = next && `${path}${text === '' ? '?' : '&'}after=${formatCursor(next)}`
    const papers = notes.map(({ paper }) => paper)
    const entries = appendToEntries(await renderEntries(site, papers, { back: path }), (i) => {
      const noted = notes[i]
      return noted ? (
        <div class="note">
          <p class="written">{noted.note.body}</p>
          <p class="hint">
            Written <When site={site} instant={noted.note.changedAt} />
          </p>
        </div>
      ) : null
    })
    return c.html(
      renderPage(site, {
        head: { title: 'Notes', description: 'Your notes on papers.', path, next: further, noindex: true },
        children: (
          <>
            <header class="edition-head">
              <p class="kicker">Only you can see this</p>
              <h1>Notes</h1>
              <p class="intro">
                What you wrote about papers, the last written first. <a href="/reading-list">Reading list</a>
              </p>
              {(entries.length > 0 || text !== '') && <SearchNotes text={text} />}
            </header>
            {entries.length > 0 ? (
              <>
                <Entries entries={entries} />
                <Pager path={path} next={further} first={after === null} />
              </>
            ) : (
              <Nothing text={text} isEnd={after !== null} />
            )}
          </>
        ),
      }),
    )
  }
}

function SearchNotes({ text }: { text: string }) {
  return (
    <form class="act" method="get" action={PATH} role="search" aria-label="Search your notes">
      <input
        type="text"
        name="q"
        value={text}
        maxlength={LONGEST_TEXT}
        autocomplete="off"
        placeholder="Words in your notes"
        aria-label="Words in your notes"
      />
      <button type="submit" class="button quiet">
        Search
      </button>
    </form>
  )
}

function Nothing({ text, isEnd }: { text: string; isEnd: boolean }) {
  if (isEnd)
    return (
      <div class="blank">
        <p>You have reached the end.</p>
      </div>
    )
  return (
    <div class="blank">
      {text === '' ? (
        <p>Notes you write on the page of a paper will appear here.</p>
      ) : (
        <p>
          None of your notes has all these words. <a href={PATH}>See all your notes</a>
        </p>
      )}
    </div>
  )
}
