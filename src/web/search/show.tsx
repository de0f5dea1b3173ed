import type { Context } from 'hono'
import type { FeedSuffix } from '../../feeds/formats.ts'
import { sendFeed } from '../../feeds/send.ts'
import { atMost } from '../at-most.ts'
import { countedElsewhereOf } from '../../ranking/counted-elsewhere.ts'
import { wholePages } from '../../db/whole-pages.ts'
import { mapInTurns } from '../../runtime/in-turns.ts'
import { findPaper } from '../../papers/find.ts'
import { addressPath, parseIdentifier, type ParsedIdentifier } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { SearchAway } from '../../search/engine-client.ts'
import { newestFound } from '../../search/newest-found.ts'
import { parseQuery } from '../../search/query/parse-query.ts'
import { wordsOf } from '../../search/query/query.ts'
import { search, type SearchResult } from '../../search/search.ts'
import { badParameter, brokenLink } from '../errors/show.tsx'
import type { ListFile } from '../exports/formats.ts'
import { sendList } from '../exports/send-list.ts'
import { ownPath, splitListSuffix } from '../list/paging.ts'
import { marksFor } from '../parts/entries.tsx'
import { Entry } from '../parts/entry.tsx'
import { audienceOf, type Site } from '../site.ts'
import { askedAsOf, askedPage, searchedText, searchPath } from './address.ts'
import { notesFound } from '../notes/found.tsx'
import { mayRemember } from '../noticed/remember-this.tsx'
import { searchPage } from './page.tsx'

/** Results on a page of a search. */
const PAGE_SIZE = 25
/** Papers in the feed of a search. */
const FEED_LENGTH = 50
/** How many searches run at once, so that other pages still get their turn. */
const inLine = atMost(4, { waiting: 1_000, full: () => new SearchAway('Too many searches are waiting.') })

/**
 * `/papers?q=graph+learning`, a page of it (`&page=2`), its feeds (`/papers.atom?q=…`) and its files. An identifier of a paper
 * leads to that paper, and no query to the newest papers. `&unfinished=1`: the last word is still being typed.
 */
export function showSearch(site: Site) {
  return async (c: Context) => {
    const { feed, file } = splitListSuffix(c.req.path)
    const text = searchedText(c)
    if (text === '' && file !== null) return c.redirect(`/papers/new${file.suffix}${limitAsked(c)}`, 302)
    if (text === '') return c.redirect(`/papers/new${feed ?? ''}`, 302)
    if (file !== null) return sendResults(site, c, { text, file })
    if (feed !== null) return sendSearchFeed(site, c, { text, feed })
    const page = askedPage(c)
    const asOf = askedAsOf(c)
    if (page === null || asOf === undefined)
      return brokenLink(site, c, { name: page === null ? 'page' : 'upto' })
    const typing = c.req.query('unfinished') ?? ''
    if (!['', '1'].includes(typing))
      return badParameter(site, c, { name: 'unfinished', reason: '“unfinished” can only be 1.' })
    const unfinished = typing === '1'
    const named = await paperNamed(site, text)
    // Readers who are still typing stay on the page.
    if (named?.paper && !unfinished) return c.redirect(versionPath(named.paper, named.parsed), 302)
    const query = parseQuery(text)
    return inLine(async () => {
      const found = await search(site.search, {
        query,
        typed: text,
        offset: (page - 1) * PAGE_SIZE,
        limit: PAGE_SIZE,
        asOf: page > 1 ? asOf : null,
        unfinished,
      })
      const words = page === 1 ? wordsOf(query) : ''
      const [entries, notes, isRemembered] = await Promise.all([
        renderResults(site, found.results, { back: ownPath(c) }),
        notesFound(site, words),
        page === 1 && mayRemember(site, 'searches'),
      ])
      // Private notes stay in no cache, not even the browser's.
      if (notes.length > 0) c.header('cache-control', 'no-store')
      return c.html(
        searchPage(site, {
          text,
          found,
          entries,
          notes: { words, found: notes },
          isRemembered,
          page,
          unfinished,
          pages: Math.ceil(found.reachable / PAGE_SIZE),
          named,
        }),
      )
    })
  }
}

/** The papers that fit a search as they come in: newest first, unless the query itself asks for another order. */
async function sendSearchFeed(
  site: Site,
  c: Context,
  { text, feed }: { text: string; feed: FeedSuffix },
): Promise<Response> {
  const papers = await inLine(() => newestFound(site.search, { text, limit: FEED_LENGTH }))
  const path = searchPath(text)
  return sendFeed(site, c, {
    format: feed,
    path,
    feedPath: path,
    title: `${site.name}: ${text}`,
    papers,
  })
}

/** The limit of a file, as a query: nobody who wants few papers is led to all. */
function limitAsked(c: Context): string {
  const limit = c.req.query('limit')
  return limit === undefined ? '' : `?${new URLSearchParams({ limit }).toString()}`
}

/** All results that can be paged through as a file, as the pages have them. */
function sendResults(
  site: Site,
  c: Context,
  { text, file }: { text: string; file: ListFile },
): Promise<Response> {
  return sendList(site, c, {
    file,
    name: `search-${text.slice(0, 60)}`,
    pages: (limit) => foundPapers(site, { text, limit }),
  })
}

function foundPapers(
  site: Site,
  { text, limit }: { text: string; limit: number | undefined },
): AsyncGenerator<Paper[]> {
  const query = parseQuery(text)
  return wholePages<Paper, { offset: number; asOf: number }>(
    async ({ after, limit: most }) => {
      const { offset, asOf } = after ?? { offset: 0, asOf: null }
      const found = await inLine(() => search(site.search, { query, typed: text, offset, limit: most, asOf }))
      const end = offset + most
      return {
        papers: found.results.map(({ paper }) => paper),
        next: end < found.reachable ? { offset: end, asOf: found.asOf } : null,
      }
    },
    { limit },
  )
}

/** An identifier that a text is, and its paper when it is here; null when it is none. */
async function paperNamed(
  site: Site,
  text: string,
): Promise<{ parsed: ParsedIdentifier; paper: Paper | null } | null> {
  const parsed = parseIdentifier(text)
  return (
    parsed && { parsed, paper: await findPaper(site.db, parsed.identifier, { seenBy: audienceOf(site) }) }
  )
}

function versionPath(paper: Paper, { version }: ParsedIdentifier): string {
  return addressPath(paper.address) + (version === undefined ? '' : `v${version}`)
}

/** Results as HTML, made in turns as the entries of other lists are. */
async function renderResults(
  site: Site,
  results: SearchResult[],
  { back }: { back: string },
): Promise<string[]> {
  const ids = results.map(({ paper }) => paper.id)
  const [marks, counts] = await Promise.all([marksFor(site, ids), countedElsewhereOf(site.db, ids)])
  return mapInTurns(results, ({ paper, passage, byWords, similarity }) => {
    const nearBy = byWords ? null : similarity
    const entry = (
      <Entry
        site={site}
        paper={paper}
        passage={passage}
        nearBy={nearBy}
        marks={marks}
        elsewhere={counts.get(paper.id) ?? []}
        back={back}
      />
    )
    // oxlint-disable-next-line typescript/no-base-to-string -- the string form of an element is its HTML
    return String(entry)
  })
}
