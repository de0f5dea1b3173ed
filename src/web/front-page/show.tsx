import type { Context } from 'hono'
import type { FeedSuffix } from '../../feeds/formats.ts'
import { sendFeed } from '../../feeds/send.ts'
import { addDays, dayPeriod, monthPeriod, periodOf, weekPeriod, type Period } from '../../papers/calendar.ts'
import { frontPage } from '../../ranking/front-page.ts'
import { newestEdition } from '../../ranking/editions.ts'
import { editionNotes } from '../../ranking/edition-notes.ts'
import { listPapers, wholeList } from '../../ranking/lists.ts'
import { brokenLink, notFound } from '../errors/show.tsx'
import type { ListFile } from '../exports/formats.ts'
import { sendList } from '../exports/send-list.ts'
import { periodTitle } from '../../papers/dates-in-words.ts'
import { likelyFor, markLikely } from '../for-you/likely.tsx'
import { LEADS, renderEntries } from '../parts/entries.tsx'
import { railComments } from '../parts/rail.tsx'
import { nextPath, ownPath, PAGE_SIZE, readPaging, splitListSuffix } from '../list/paging.ts'
import { ordersShown, pageShows, papersShown } from '../shows.ts'
import type { Site } from '../site.ts'
import { hasNoPapers } from '../../papers/find.ts'
import { hadSources } from '../../sources/sources.ts'
import { noteInFeed, withHead } from './head.tsx'
import { editionPage, emptyPage, periodPath } from './page.tsx'

const PARSERS = { date: dayPeriod, week: weekPeriod, month: monthPeriod }

/** `/`, `/index.atom` and `/index.bib`: the latest edition. */
export function showNewest(site: Site) {
  return async (c: Context) => {
    const { feed, file } = splitListSuffix(c.req.path)
    if (file !== null) return sendEditions(site, c, { period: await newestPeriod(site, 'date'), file })
    return show(site, c, { period: null, feed })
  }
}

/** `/papers/date/2026-11-20`, `/papers/week/2026-W47`, `/papers/month/2026-11`, their feeds and files. */
export function showPeriod(site: Site, kind: Period['kind']) {
  return (c: Context) => {
    const { path, feed, file } = splitListSuffix(c.req.param('name') ?? '')
    const period = PARSERS[kind](path)
    if (!period) return notFound(site, c, { what: `There is no ${kind} “${path}”.`, hint: HINTS[kind] })
    if (file !== null) return sendEditions(site, c, { period, file })
    return show(site, c, { period, feed })
  }
}

/** `/papers/date`, `/papers/week`, `/papers/month`: the latest of each; with a feed’s suffix, a feed of the latest, whichever that is. */
export function showNewestPeriod(site: Site, kind: Period['kind']) {
  return async (c: Context) => {
    const period = await newestPeriod(site, kind)
    const { feed, file } = splitListSuffix(c.req.path)
    if (file !== null) return sendEditions(site, c, { period, file })
    if (feed !== null) return show(site, c, { period, feed, newest: kind })
    return c.redirect(period === null ? '/' : periodPath(period), 302)
  }
}

async function newestPeriod(site: Site, kind: Period['kind']): Promise<Period | null> {
  const day = await newestEdition(site.db, { now: site.now(), timeZone: site.timeZone })
  return day === null ? null : periodOf(kind, day)
}

/** The editions of a period as a file, ranked. One without papers has none: a file cannot say that it is of another day. */
function sendEditions(
  site: Site,
  c: Context,
  { period, file }: { period: Period | null; file: ListFile },
): Promise<Response> {
  return sendList(site, c, {
    file,
    name: period === null ? 'edition' : `${period.kind === 'date' ? 'edition' : period.kind}-${period.name}`,
    pages: async function* (limit) {
      if (period !== null)
        yield* wholeList(site.db, { list: { kind: 'editions', from: period.from, to: period.to }, limit })
    },
  })
}

const HINTS = {
  date: 'Write days like this: /papers/date/2026-11-20.',
  week: 'Write weeks like this: /papers/week/2026-W47.',
  month: 'Write months like this: /papers/month/2026-11.',
}

async function show(
  site: Site,
  c: Context,
  { period, feed, newest }: { period: Period | null; feed: FeedSuffix | null; newest?: Period['kind'] },
): Promise<Response> {
  const paging = readPaging(c, 'editions')
  if (!paging.ok) return brokenLink(site, c, paging)
  const edition = await frontPage(site.db, {
    period,
    after: paging.after,
    limit: PAGE_SIZE,
    now: site.now(),
    timeZone: site.timeZone,
  })
  const headed =
    edition.kind === 'empty' ? null : await withHead(site, edition, { isFirst: paging.after === null })
  if (edition.kind !== 'empty')
    pageShows(c, [...papersShown(headed?.papers ?? []), ...ordersShown(edition.period)])
  if (feed !== null) {
    const title = newest
      ? `${site.name}: the latest ${newest === 'date' ? 'edition' : newest}`
      : period === null
        ? site.name
        : `${site.name}: ${periodTitle(edition.kind === 'empty' ? period : edition.period)}`
    return sendFeed(site, c, {
      format: feed,
      path: newest ? `/papers/${newest}` : period === null ? '/' : periodPath(period),
      feedPath: newest ? `/papers/${newest}` : period === null ? '/index' : periodPath(period),
      title,
      note: headed && noteInFeed(headed),
      papers: headed?.papers ?? [],
    })
  }
  if (edition.kind === 'empty' || headed === null)
    return c.html(emptyPage(site, { undated: !(await hasNoPapers(site.db)) }))
  const atHome = period === null
  const path = atHome ? '/' : periodPath(edition.period)
  const back = ownPath(c)
  const withoutSources = atHome && site.viewer?.reader.curator === true && !(await hadSources(site.db))
  const [entries, notes, everywhere, likely] = await Promise.all([
    renderEntries(site, headed.papers, {
      back,
      leads: paging.after === null ? LEADS : 0,
      hasPictures: paging.after === null,
    }),
    editionNotes(site.db, {
      period: edition.period,
      // The newest edition has other things beside it.
      previous: atHome ? null : edition.neighbours.previous,
      limit: IN_A_BOX,
    }),
    atHome ? goingOn(site, edition.period) : { trending: [], comments: [] },
    // Of weeks and months too many would be.
    likelyFor(site, edition.period.kind === 'date' ? headed.papers : []),
  ])
  // Papers that are picked or discussed are of this edition; those of the one before it have an order of their own.
  if (notes.before) pageShows(c, ordersShown(notes.before.period))
  if (atHome) pageShows(c, ['ranking', 'comments'])
  return c.html(
    editionPage(site, {
      edition,
      headed,
      entries: markLikely(entries, headed.papers, likely),
      likely,
      atHome,
      after: paging.after !== null,
      next: nextPath({ path }, edition.next, { rankFrom: paging.rankFrom, size: PAGE_SIZE }),
      rankFrom: paging.rankFrom,
      back,
      notes,
      everywhere,
      withoutSources,
    }),
  )
}

const SEASON_DAYS = 92

/** Papers, and comments, in each box beside an edition. */
const IN_A_BOX = 4

/** What goes on beyond the newest edition: the hottest papers of others, and the newest comments. */
async function goingOn(site: Site, { from, to }: Period) {
  const [{ papers }, comments] = await Promise.all([
    listPapers(site.db, { list: { kind: 'trending' }, limit: 4 * IN_A_BOX }),
    railComments(site, { limit: IN_A_BOX - 1 }),
  ])
  // What nobody has looked at for a season is not trending any more, even where nothing else is.
  const season = addDays(from, -SEASON_DAYS)
  const others = papers.filter(
    ({ edition }) => edition === null || (edition < from && edition >= season) || edition > to,
  )
  return { trending: others.slice(0, IN_A_BOX), comments }
}
