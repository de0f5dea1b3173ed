import { ServiceAway } from '../../../outgoing/client.ts'
import { addDays, parseDay } from '../../../papers/calendar.ts'
import { announcementDay, easternInstant, lastAnnounced, nextAnnouncement } from '../../arxiv-calendar.ts'
import { ARXIV_RSS } from '../../services.ts'
import { SourceTrouble, type HarvestPage, type TaskRun } from '../../source-kind.ts'
import type { ArxivSettings } from '../arxiv.ts'
import { arxivIdOf, askForPapers } from './api.ts'
import { arxivIdentifier, readAnnouncements, type Announcement, type AnnouncementFeed } from './feed.ts'
import { askForListing, type Listing } from './listing.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** While the day's announcement is awaited. */
const SOON_MS = 10 * MINUTE_MS
/** The feed follows the lists at midnight US Eastern; what is still old an hour later is stale. */
const FEED_IS_LATE_AT_HOUR = 1

type Cursor = {
  /** The last day of which everything announced in all categories was taken. */
  day: string | null
  /** Of the feed, as it was read last. */
  etag: string | null
  /** And the day that it bore. */
  feedDay: string | null
}

/**
 * Takes what arXiv announced last in the categories: from its feed, which has all of them in one request, compared with
 * the lists of each. Lists change at 20:00 US Eastern and the feed at midnight, and the feed of a category may stay
 * behind for days: what the lists have and the feed lacks is asked for by its identifiers, and a feed that stays behind
 * is reported. New papers stand in the edition of the list's day; cross-lists of papers that are not here in that of
 * their own announcement; replacements change only papers that are here.
 */
export async function* harvestAnnouncements(
  run: TaskRun<ArxivSettings>,
): AsyncGenerator<HarvestPage, void | { nextAt: Date }> {
  const { calendar, now } = run
  let cursor = readCursor(run.cursor)
  const expected = lastAnnounced(now(), calendar)
  const afterNext = () => ({ nextAt: new Date(nextAnnouncement(now(), calendar).getTime() + 5 * MINUTE_MS) })
  if (cursor.day !== null && cursor.day >= expected) return afterNext()

  const feed = await askForFeed(run, cursor)
  if (feed.read !== null) {
    cursor = { ...cursor, etag: feed.etag, feedDay: feed.read.day }
    yield { outcomes: await announcedHere(run, feed.read.announcements), cursor: { ...cursor, etag: null } }
  }
  const crossed = idsOf(feed.read?.announcements.filter(({ type }) => type === 'cross') ?? [])
  yield* missing(run, { ids: crossed, day: null, cursor: { ...cursor, etag: null } })

  const { days, stale } = yield* compareWithLists(run, {
    feed: feed.read,
    feedDay: cursor.feedDay,
    cursor,
    expected,
  })
  const announced = days.toSorted().at(-1) ?? cursor.feedDay ?? ''
  // What is stale is read again, whole.
  yield { outcomes: [], cursor: { ...cursor, etag: stale.length === 0 ? cursor.etag : null } }
  if (announced < expected) return { nextAt: whenToLookAgain(run, expected) ?? afterNext().nextAt }
  if (stale.length > 0) {
    const lateAt = easternInstant(announced, FEED_IS_LATE_AT_HOUR)
    if (now() < lateAt) return { nextAt: lateAt }
    throw new SourceTrouble(
      `arXiv’s feed is behind its lists of ${announced} for ${stale.join(', ')}; their papers were taken from the lists.`,
      { retryAt: new Date(now().getTime() + SOON_MS) },
    )
  }
  yield { outcomes: [], cursor: { ...cursor, day: announced } }
  return afterNext()
}

/** Compares the feed with the list of each category, and takes from these what it lacks. */
async function* compareWithLists(
  run: TaskRun<ArxivSettings>,
  {
    feed,
    feedDay,
    cursor,
    expected,
  }: { feed: AnnouncementFeed | null; feedDay: string | null; cursor: Cursor; expected: string },
): AsyncGenerator<HarvestPage, { days: string[]; stale: string[] }> {
  const inFeed = new Set(idsOf(feed?.announcements ?? []))
  const days: string[] = []
  const stale: string[] = []
  for (const category of run.settings.categories) {
    let listing: Listing
    try {
      listing = await askForListing(run, category)
    } catch (error) {
      run.signal.throwIfAborted()
      // A feed of the day that the calendar says needs no second witness.
      if (
        feedDay !== null &&
        feedDay >= expected &&
        (error instanceof ServiceAway || error instanceof SourceTrouble)
      )
        continue
      throw error
    }
    const { day, newIds } = listing
    days.push(day)
    // It may bear the day and still lack a category's papers.
    const lacks =
      feed !== null && feedDay === day && newIds.length > 0 && !newIds.some((id) => inFeed.has(id))
    if (feedDay === null || feedDay < day || lacks) stale.push(category)
    yield* missing(run, {
      ids: newIds.filter((id) => !inFeed.has(id)),
      day,
      cursor: { ...cursor, etag: null },
    })
  }
  return { days, stale }
}

/** Soon at first, then by the hour; null where nothing comes any more: arXiv may defer an announcement. */
function whenToLookAgain({ now, calendar }: TaskRun<ArxivSettings>, expected: string): Date | null {
  const dueAt = easternInstant(addDays(expected, -1), 20)
  const lateMs = now().getTime() - dueAt.getTime()
  const restMs = lateMs < 2 * HOUR_MS ? SOON_MS : HOUR_MS
  const next = new Date(now().getTime() + restMs)
  return lateMs < 12 * HOUR_MS && next < nextAnnouncement(now(), calendar) ? next : null
}

/** The day's feed, or null where it is the one that was read before. */
async function askForFeed(
  { client, urls, settings, signal }: TaskRun<ArxivSettings>,
  { etag }: Cursor,
): Promise<{ read: AnnouncementFeed | null; etag: string | null }> {
  const url = new URL(`${urls.arxivRss}/rss/${settings.categories.join('+')}`)
  const { status, headers, body } = await client.request(ARXIV_RSS, url, {
    headers: {
      accept: 'application/rss+xml, application/atom+xml, text/xml',
      ...(etag !== null && { 'if-none-match': etag }),
    },
    mostBytes: 64_000_000,
    timeoutMs: 60_000,
    signal,
  })
  if (status === 304) return { read: null, etag }
  const read = status === 200 ? await readAnnouncements(body) : null
  if (read === null)
    throw new SourceTrouble(
      `arXiv’s feed answered with ${status === 200 ? 'something that is no whole feed' : `status ${status}`}.`,
    )
  return { read, etag: headers.etag ?? null }
}

/** New papers and what is unreadable; of what was replaced or cross-listed, papers that are here. */
async function announcedHere(
  { known }: TaskRun<ArxivSettings>,
  announcements: Announcement[],
): Promise<Announcement['outcome'][]> {
  const here = await known(idsOf(announcements).map(arxivIdentifier))
  return announcements
    .filter(
      ({ type, outcome }) => type === 'new' || !outcome.ok || here.has(`arxiv ${arxivIdOf(outcome.paper)}`),
    )
    .map(({ outcome }) => outcome)
}

/** Asks for papers that are not here yet; `day` is the one on which they were announced, null to reckon it for each. */
async function* missing(
  run: TaskRun<ArxivSettings>,
  { ids, day, cursor }: { ids: string[]; day: string | null; cursor: Cursor },
): AsyncGenerator<HarvestPage> {
  const here = await run.known(ids.map(arxivIdentifier))
  const wanted = ids.filter((id) => !here.has(`arxiv ${id}`))
  const announced = (_: string, submitted: Date) => day ?? announcementDay(submitted, run.calendar)
  for await (const outcomes of askForPapers(run, { ids: wanted, announced })) yield { outcomes, cursor }
}

function idsOf(announcements: Announcement[]): string[] {
  const ids = announcements.flatMap(({ outcome }) => (outcome.ok ? (arxivIdOf(outcome.paper) ?? []) : []))
  return [...new Set(ids)]
}

function readCursor(stored: unknown): Cursor {
  const { day = null, etag = null, feedDay = null } = (stored ?? {}) as Partial<Record<keyof Cursor, unknown>>
  const isDay = (value: unknown) => typeof value === 'string' && parseDay(value) !== null
  return {
    day: isDay(day) ? String(day) : null,
    etag: typeof etag === 'string' ? etag : null,
    feedDay: isDay(feedDay) ? String(feedDay) : null,
  }
}
