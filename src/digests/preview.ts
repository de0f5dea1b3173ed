import { parseListAddress } from '../lists/followed-list.ts'
import { dayIn } from '../papers/calendar.ts'
import { chooseContent } from './compose.ts'
import {
  chooseIssues,
  dueSubscriptions,
  papersWithWarnings,
  readHolidays,
  timesOf,
  TO_BEGIN_WITH,
  type Due,
} from './compose-due.ts'
import type { DigestRoom } from './digest-room.ts'
import type { Issue } from './issue.ts'
import { issueMaker } from './make-issue.ts'
import type { MailedList } from './mailed-list.ts'
import { openOffers } from './offers.ts'
import type { Preferences } from './preferences.ts'
import { FIRST, toSubscription } from './subscriptions.ts'

/**
 * The issue that somebody who subscribes with these preferences would get first, without anything being recorded; null where
 * the list has nothing to send. `email`: the address that a reader has proven who asks for their own list; nobody else can
 * have a preview of one. Throws `SearchAway` for a search without an index, and `TasteAway`.
 */
export async function previewIssue(
  room: DigestRoom,
  {
    list,
    address,
    preferences: { every, length, notAbout },
    email = null,
    now,
  }: {
    list: MailedList
    /** The list's address on this site. */
    address: string
    preferences: Pick<Preferences, 'every' | 'length' | 'notAbout'>
    email?: string | null
    now: Date
  },
): Promise<Issue | null> {
  // No subscriber has the number 0: nothing was sent yet.
  const nobody = { id: 0, subscriber_id: 0, looked_at: null, covered_to: null }
  const asked = { ...nobody, list: address, every, length, email }
  const offers = openOffers(room, { now: () => now })
  const offer = (await offers([asked])).get(asked.id) ?? null
  if (offer === null) return null
  const content = chooseContent({
    pool: offer.pool,
    window: offer.window,
    preferences: { length, notAbout },
    lookedAt: null,
    sent: new Set(),
    topPaperId: offer.topPaperId,
    on: dayIn(room.search.timeZone, now),
    notes: [...offer.notes, ...(offer.isOld ? [TO_BEGIN_WITH] : [])],
    warned: [],
  })
  if (content === null) return null
  const issue = await issueMaker(room)(content, { list, address, every, period: FIRST })
  return issue.papers.length === 0 ? null : issue
}

/** Subscriptions chosen for at once. */
const BATCH = 100
/** More than a site has. */
const MOST_DUE = 1_000_000

/**
 * The issues that would be composed now, of readers and not of the archive, with the number of the subscription of each;
 * `issue` is null where nothing is new for it. Readers' own front pages are not among them: they tell what their readers did, and
 * previews are for anyone. Nothing is recorded. Throws `SearchAway`.
 */
export async function* previewDue(
  room: DigestRoom,
  { now }: { now: Date },
): AsyncGenerator<{ subscriptionId: number; issue: Issue | null }> {
  const { db } = room.search
  const due = (await dueSubscriptions(db, { now, limit: MOST_DUE, withOwn: false })).filter(
    ({ email }) => email !== null,
  )
  const [warnedPapers, holidays] = await Promise.all([papersWithWarnings(db, { now }), readHolidays(db)])
  const offers = openOffers(room, { now: () => now })
  const make = issueMaker(room)
  for (const rows of inBatches(due)) {
    const offered = await offers(rows)
    for (const { row, content } of await chooseIssues(db, { rows, offered, warnedPapers, holidays, now })) {
      const parsed = parseListAddress(row.list, '')
      const { period } = timesOf(row, toSubscription(row).preferences, now)
      yield {
        subscriptionId: row.id,
        issue: content && parsed && (await make(content, { ...parsed, every: row.every, period })),
      }
    }
  }
}

/** Some readers at a time, with all lists of each. */
function* inBatches(due: Due[]): Generator<Due[]> {
  let batch: Due[] = []
  for (const rows of Map.groupBy(due, (row) => row.subscriber_id).values()) {
    batch.push(...rows)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
