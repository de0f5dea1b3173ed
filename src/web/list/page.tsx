import type { Child } from 'hono/jsx'
import { renderPage, type Section } from '../layout.tsx'
import { Entries, Pager } from '../parts/entries.tsx'
import { FeedLinks } from '../parts/feed-links.tsx'
import type { Site } from '../site.ts'
import { ViewSwitch } from '../view/view-switch.tsx'

/** A list of papers with a heading, such as the newest, a topic's or an author's. */
export type ListView = {
  section?: Section
  kicker: string
  title: string
  description: string
  /** The content between the heading and the papers. */
  intro?: Child
  path: string
  /** The part of the query that identifies the list, such as `from=2026-01-01`. */
  query?: string
  /** Whether to number the papers. */
  ranked: boolean
  /** Shown if the list is empty. */
  empty: Child
}

export function listPage(
  site: Site,
  {
    view,
    entries,
    after,
    next,
    rankFrom,
    back,
    rail,
  }: {
    view: ListView
    entries: string[]
    after: boolean
    next: string | null
    rankFrom: number
    /** The address of this page. */
    back: string
    /** What stands beside the list, before the ways to follow it. */
    rail?: Child
  },
) {
  return renderPage(site, {
    section: view.section,
    isBroad: true,
    head: {
      title: view.title,
      description: view.description,
      path: view.path,
      // Feeds have the address without a query.
      ...(view.query ? {} : { feeds: { path: view.path, title: view.title } }),
      next,
      noindex: after,
    },
    children: (
      <>
        <header class="edition-head">
          {entries.length > 0 && <ViewSwitch site={site} back={back} />}
          <p class="kicker">{view.kicker}</p>
          <h1>{view.title}</h1>
          {view.intro && <div class="intro">{view.intro}</div>}
        </header>
        {entries.length === 0 ? (
          <div class="blank">{view.empty}</div>
        ) : (
          <div class="with-rail">
            <div>
              <Entries entries={entries} rankFrom={view.ranked ? rankFrom : undefined} />
              <Pager
                path={view.query ? `${view.path}?${view.query}` : view.path}
                next={next}
                first={!after}
              />
            </div>
            <aside class="rail" aria-label="About this list">
              {rail}
              <FeedLinks path={view.path} files={view.query ? `${view.path}?${view.query}` : view.path} />
            </aside>
          </div>
        )}
      </>
    ),
  })
}
