import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { addressPath, type ParsedIdentifier } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { typeset } from '../../papers/typeset.ts'
import { withSort } from '../../search/query/change-query.ts'
import { formatQuery } from '../../search/query/format-query.ts'
import { parseQuery } from '../../search/query/parse-query.ts'
import { wordsOf, type Query, type SortOrder } from '../../search/query/query.ts'
import type { SearchResults } from '../../search/search.ts'
import type { NotedPaper } from '../../shelves/paper-notes.ts'
import { renderPage } from '../layout.tsx'
import { NotesFound } from '../notes/found.tsx'
import { RememberThis } from '../noticed/remember-this.tsx'
import { Entries } from '../parts/entries.tsx'
import { FeedLinks } from '../parts/feed-links.tsx'
import type { Site } from '../site.ts'
import { queryPath, searchPath } from './address.ts'
import { Corrected, DidYouMean } from './corrected.tsx'
import { Facets } from './facets.tsx'
import { NothingFound } from './nothing-found.tsx'
import { clauseLabel, countLine, isFilter, papers, unreadNote } from './words.ts'

/** A page of results. */
export type SearchView = {
  /** The query as typed. */
  text: string
  found: SearchResults
  entries: string[]
  /** The viewer's own notes with the words of the search. */
  notes: { words: string; found: NotedPaper[] }
  /** Whether the viewer lets the site remember that they made it. */
  isRemembered: boolean
  page: number
  /** Whether the last word is still being typed. */
  unfinished: boolean
  pages: number
  /** The identifier that the query is, and its paper when it is here. */
  named: { parsed: ParsedIdentifier; paper: Paper | null } | null
}

/** What a search found, and the ways to narrow it down, to order it and to follow it. */
export function searchPage(site: Site, view: SearchView) {
  const { text, found, entries, page, unfinished, pages } = view
  const { query } = found
  // What is shown is what is ordered, narrowed down, paged through and followed.
  const asked = found.corrections.length + found.unread.length > 0 ? formatQuery(query) : text
  const path = searchPath(asked)
  const pathOf = (number: number) => searchPath(asked, { page: number, asOf: found.asOf, unfinished })
  const beyond = entries.length === 0 && found.reachable > 0
  return renderPage(site, {
    searched: text,
    head: {
      title: `${shorten(text)}${page > 1 ? ` (page ${page})` : ''}`,
      description: `Papers at ${site.name} on “${shorten(text)}”.`,
      path: page > 1 ? pathOf(page) : searchPath(text),
      feeds: { path, title: shorten(asked) },
      next: page < pages ? pathOf(page + 1) : null,
      previous: page > 1 ? pathOf(Math.min(page - 1, Math.max(pages, 1))) : null,
      noindex: true,
    },
    children: (
      <div data-found={found.reachable}>
        <header class="edition-head">
          <p class="kicker">Search</p>
          <h1>{shorten(asked)}</h1>
          <p class="edition-count">
            {countLine(query, found)}
            {found.total > 1 && (
              <>
                {' '}
                <span class="to-narrow">
                  · <a href="#narrow">Narrow your search</a>
                </span>
              </>
            )}
          </p>
          {found.reachable > 1 && <Orders query={query} />}
        </header>
        <Filters query={query} />
        <Notes view={view} />
        {view.isRemembered && <RememberThis path="/papers/searched" text={text} />}
        <NotesFound words={view.notes.words} notes={view.notes.found} />
        {found.reachable === 0 ? (
          <NothingFound query={query} path={path} empty={found.status.papers === 0} />
        ) : (
          <div class="with-rail">
            <div>
              {beyond ? (
                <div class="blank">
                  <p>You have reached the end.</p>
                </div>
              ) : (
                <Entries entries={entries} />
              )}
              <Pages pathOf={pathOf} page={page} pages={pages} />
            </div>
            <aside class="rail" id="narrow" aria-label="About this search">
              <Facets query={query} facets={found.facets} />
              <FeedLinks path={path} intro="Follow new papers that match this search:" />
              <section class="box">
                <h2>Searching</h2>
                <p>
                  Words, “phrases”, authors, topics, dates and more: <a href="/about/search">how to search</a>
                </p>
              </section>
            </aside>
          </div>
        )}
      </div>
    ),
  })
}

/** The orders that results can have; each has its address. */
function Orders({ query }: { query: Query }) {
  const hasWords = wordsOf(query) !== ''
  // Without words nothing is more relevant than anything else, so the newest come first.
  const current = query.sort === 'relevance' && !hasWords ? 'new' : query.sort
  const orders = ORDERS.filter(({ sort }) => hasWords || sort !== 'relevance')
  return (
    <nav class="walk" aria-label="Order">
      {orders.map(({ sort, name }) => (
        <a href={queryPath(withSort(query, sort))} aria-current={sort === current ? 'true' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  )
}

const ORDERS: { sort: SortOrder; name: string }[] = [
  { sort: 'relevance', name: 'Relevance' },
  { sort: 'new', name: 'New' },
  { sort: 'hot', name: 'Hot' },
  { sort: 'top', name: 'Top' },
]

/** The filters of a query, each with a link that removes it. */
function Filters({ query }: { query: Query }) {
  const filters = query.clauses.filter(isFilter)
  if (filters.length === 0) return null
  return (
    <ul class="filters" aria-label="Filters">
      {filters.map((filter) => {
        const label = shorten(clauseLabel(filter))
        const clauses = query.clauses.filter((clause) => clause !== filter)
        return (
          <li>
            <a href={queryPath({ ...query, clauses })} title={`Search without “${label}”`}>
              <span class="vh">Remove: </span>
              {label} <span aria-hidden="true">×</span>
            </a>
          </li>
        )
      })}
    </ul>
  )
}

/** Notes on how the results were found. */
function Notes({ view }: { view: SearchView }) {
  const notes = notesOn(view)
  if (notes.length === 0) return null
  return (
    <div class="search-notes">
      {notes.map((note) => (
        <p>{note}</p>
      ))}
    </div>
  )
}

function notesOn({ text, found, named }: SearchView): Child[] {
  const { query, corrections, offers, status } = found
  return [
    ...(named ? [<Named named={named} />] : []),
    ...found.unread.map(unreadNote),
    ...(corrections.length > 0
      ? [<Corrected asked={parseQuery(text)} query={query} corrections={corrections} />]
      : []),
    ...(offers.length > 0 ? [<DidYouMean query={query} offers={offers} />] : []),
    ...(status.upToDate ? [] : [`The search index is being built: ${papers(status.papers)} so far.`]),
    ...(query.sort === 'relevance' && wordsOf(query) !== '' ? wordsOnly(found) : []),
  ]
}

function Named({ named: { parsed, paper } }: { named: NonNullable<SearchView['named']> }) {
  const { scheme, value } = parsed.identifier
  if (paper) {
    return (
      <>
        This is the identifier of{' '}
        <a href={addressPath(paper.address)}>{raw(typeset(paper.title, { links: false }))}</a>.
      </>
    )
  }
  if (scheme === 'arxiv') {
    return (
      <>
        The paper {value} is not on this site. You may find it{' '}
        <a href={`https://arxiv.org/abs/${value}`} rel="noopener">
          on arXiv
        </a>
        .
      </>
    )
  }
  return <>{scheme === 'doi' ? `The paper with the DOI ${value}` : 'This paper'} is not on this site.</>
}

function wordsOnly({ meaning, reachable }: Pick<SearchResults, 'meaning' | 'reachable'>): string[] {
  const how = reachable === 0 ? 'Searched by words only' : 'Found by words only'
  switch (meaning) {
    case 'off':
      return [`${how}: this site does not search by meaning.`]
    case 'away':
      return [`${how}: search by meaning is not available at the moment.`]
    case 'language':
      return [`${how}: search by meaning makes sense of English only.`]
    case 'no-vectors':
      return [`${how}: search by meaning is still being prepared.`]
    case 'used':
    case 'not-asked':
      return []
  }
}

/** Links to the previous and next pages. */
function Pages({ pathOf, page, pages }: { pathOf: (page: number) => string; page: number; pages: number }) {
  if (pages <= 1 && page === 1) return null
  return (
    <nav class="pager" aria-label="Pages">
      {page > pages ? (
        <a href={pathOf(1)}>Back to the first page</a>
      ) : (
        <>
          {page > 1 && (
            <a href={pathOf(page - 1)} rel="prev">
              Previous results
            </a>
          )}
          <span class="pager-place">
            Page {page} of {pages.toLocaleString('en-GB')}
          </span>
          {page < pages && (
            <a class="pager-next" href={pathOf(page + 1)} rel="next">
              More results
            </a>
          )}
        </>
      )}
    </nav>
  )
}

const LONGEST_SHOWN = 160

function shorten(text: string): string {
  if (text.length <= LONGEST_SHOWN) return text
  return `${text
    .slice(0, LONGEST_SHOWN)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`
}
