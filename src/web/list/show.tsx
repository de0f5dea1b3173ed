import type { Context } from 'hono'
import type { FeedSuffix } from '../../feeds/formats.ts'
import { sendFeed } from '../../feeds/send.ts'
import { addDays, dayIn, parseDay } from '../../papers/calendar.ts'
import type { PaperList } from '../../ranking/list-orders.ts'
import { listPapers, wholeList } from '../../ranking/lists.ts'
import { badParameter, brokenLink } from '../errors/show.tsx'
import type { ListFile } from '../exports/formats.ts'
import { sendList } from '../exports/send-list.ts'
import { longDay } from '../../papers/dates-in-words.ts'
import { LEADS, renderEntries } from '../parts/entries.tsx'
import { CommentsBox, largestTopics, railComments, TopicsBox } from '../parts/rail.tsx'
import { ordersOf, pageShows, papersShown } from '../shows.ts'
import type { Site } from '../site.ts'
import { listPage, type ListView } from './page.tsx'
import { LIST_SIZE, nextPath, ownPath, PAGE_SIZE, readPaging, splitListSuffix } from './paging.ts'

/** Answers with a page of a list, with its feed, or with the whole list as a file. */
export async function showList(
  site: Site,
  c: Context,
  {
    list,
    view,
    feed,
    file,
  }: {
    list: PaperList
    view: ListView
    feed: FeedSuffix | null
    file: ListFile | null
  },
): Promise<Response> {
  if (file !== null)
    return sendList(site, c, {
      file,
      name: fileName(list),
      pages: (limit) => wholeList(site.db, { list, limit }),
    })
  const paging = readPaging(c, list.kind)
  if (!paging.ok) return brokenLink(site, c, paging)
  const page = await listPapers(site.db, {
    list,
    after: paging.after,
    limit: feed === null ? LIST_SIZE : PAGE_SIZE,
  })
  pageShows(c, [...papersShown(page.papers), ...ordersOf(list)])
  if (feed !== null) {
    return sendFeed(site, c, {
      format: feed,
      path: view.path,
      feedPath: view.path,
      title: `${site.name}: ${view.title}`,
      papers: page.papers,
    })
  }
  const back = ownPath(c)
  const isRanked = list.kind === 'trending' || list.kind === 'top'
  const [entries, topics, comments] = await Promise.all([
    renderEntries(site, page.papers, { back, leads: view.ranked && paging.after === null ? LEADS : 0 }),
    largestTopics(site),
    isRanked ? railComments(site, { limit: 3 }) : [],
  ])
  if (isRanked) pageShows(c, ['comments'])
  return c.html(
    listPage(site, {
      view,
      entries,
      after: paging.after !== null,
      next: nextPath(view, page.next, { rankFrom: paging.rankFrom, size: LIST_SIZE }),
      rankFrom: paging.rankFrom,
      back,
      rail: (
        <>
          <CommentsBox comments={comments} />
          <TopicsBox topics={topics} />
        </>
      ),
    }),
  )
}

/** What a file of a list is called. */
function fileName(list: PaperList): string {
  switch (list.kind) {
    case 'editions':
      return `editions-${list.from}-to-${list.to}`
    case 'top':
      return [
        'top',
        ...(list.from === null ? [] : ['from', list.from]),
        ...(list.to === null ? [] : ['to', list.to]),
      ].join('-')
    case 'new':
    case 'trending':
      return list.kind
    case 'topic':
      return `topic-${list.category}`
    case 'name':
      return `author-${list.nameKey}`
    case 'orcid':
      return `author-${list.orcid}`
  }
}

/** The feed or the file of a list that is asked for. */
function suffixOf(c: Context) {
  const { feed, file } = splitListSuffix(c.req.path)
  return { feed, file }
}

/** `/papers/new` */
export function showNew(site: Site) {
  return (c: Context) =>
    showList(site, c, {
      list: { kind: 'new' },
      ...suffixOf(c),
      view: {
        section: 'New',
        kicker: 'Newest first',
        title: 'New papers',
        description: 'All papers, newest first.',
        path: '/papers/new',
        ranked: false,
        empty: <p>There are no papers yet.</p>,
      },
    })
}

/** `/papers/trending` */
export function showTrending(site: Site) {
  return (c: Context) =>
    showList(site, c, {
      list: { kind: 'trending' },
      ...suffixOf(c),
      view: {
        section: 'Trending',
        kicker: 'By heat',
        title: 'Trending papers',
        description: 'The papers drawing the most attention now.',
        intro: (
          <p>
            The papers drawing the most attention now. Recent attention counts most: its weight halves every
            two days. <a href="/about/ranking">How papers are ranked</a>
          </p>
        ),
        path: '/papers/trending',
        ranked: true,
        empty: (
          <p>
            No paper here has drawn attention yet. Votes count, and so do imported lists and upvotes.{' '}
            <a href="/about/ranking">How papers are ranked</a>
          </p>
        ),
      },
    })
}

/** `/papers/top`, of all time or of the editions of a range: `?from=2026-01-01&to=2026-03-31`, either or both. */
export function showTop(site: Site) {
  return (c: Context) => {
    const [from, to] = [dayAsked(c, 'from'), dayAsked(c, 'to')]
    const { feed, file } = suffixOf(c)
    if (from === undefined || to === undefined)
      return badParameter(site, c, {
        name: from === undefined ? 'from' : 'to',
        reason: `“${from === undefined ? 'from' : 'to'}” is not a day. Write ranges like this: ${EXAMPLE_RANGE}.`,
      })
    if (from !== null && to !== null && from > to)
      return badParameter(site, c, {
        name: 'from',
        reason: `“from” is after “to”. Write ranges like this: ${EXAMPLE_RANGE}.`,
      })
    const range = new URLSearchParams({ ...(from && { from }), ...(to && { to }) }).toString()
    const title = rangeTitle({ from, to })
    return showList(site, c, {
      list: { kind: 'top', from, to },
      feed,
      file,
      view: {
        section: 'Top',
        kicker: title === null ? 'Of all time' : title,
        title: 'Top papers',
        description: 'The papers that drew the most attention.',
        intro: (
          <>
            <p>The papers that drew the most attention, however long ago.</p>
            <Ranges site={site} range={range} />
          </>
        ),
        path: '/papers/top',
        query: range,
        ranked: true,
        empty: (
          <p>
            No paper {range === '' ? 'here' : 'from these days'} has drawn attention yet.{' '}
            <a href="/about/ranking">How papers are ranked</a>
          </p>
        ),
      },
    })
  }
}

const EXAMPLE_RANGE = '/papers/top?from=2026-01-01&to=2026-03-31'

/** A day in the address: null where there is none, undefined for what is not a day. */
function dayAsked(c: Context, name: 'from' | 'to'): string | null | undefined {
  const text = c.req.query(name) ?? ''
  if (text === '') return null
  return parseDay(text) === null ? undefined : text
}

function rangeTitle({ from, to }: { from: string | null; to: string | null }): string | null {
  if (from !== null && to !== null)
    return from === to ? `On ${longDay(from)}` : `From ${longDay(from)} to ${longDay(to)}`
  if (from !== null) return `Since ${longDay(from)}`
  return to === null ? null : `Until ${longDay(to)}`
}

/** Ranges that are often wanted, and a form for any other. */
function Ranges({ site, range }: { site: Site; range: string }) {
  const today = dayIn(site.timeZone, site.now())
  const asked = new URLSearchParams(range)
  const ranges = [
    ['All time', ''],
    ['This year', `from=${today.slice(0, 4)}-01-01`],
    ['30 days', `from=${addDays(today, -29)}`],
    ['7 days', `from=${addDays(today, -6)}`],
  ] as const
  return (
    <form class="ranges" method="get" action="/papers/top">
      <ul>
        {ranges.map(([name, of]) => (
          <li>
            <a
              href={of === '' ? '/papers/top' : `/papers/top?${of}`}
              aria-current={of === range ? 'page' : undefined}
            >
              {name}
            </a>
          </li>
        ))}
      </ul>
      <label>
        From <input type="date" name="from" value={asked.get('from') ?? ''} />
      </label>
      <label>
        to <input type="date" name="to" value={asked.get('to') ?? ''} />
      </label>
      <button type="submit" class="link-button">
        Show
      </button>
    </form>
  )
}
