import { sql, type Kysely, type RawBuilder, type Selectable } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { FollowedList } from '../lists/followed-list.ts'
import { addDays, dayIn } from '../papers/calendar.ts'
import { categoriesOf } from '../papers/categories.ts'
import { toPaper } from '../papers/find.ts'
import type { Paper } from '../papers/paper.ts'
import { IS_LISTED } from '../papers/visibility.ts'
import { countedElsewhereOf } from '../ranking/counted-elsewhere.ts'
import { printedOn } from '../ranking/count-papers.ts'
import { newestEdition } from '../ranking/editions.ts'
import { POINTS, type PaperList } from '../ranking/list-orders.ts'
import { listPapers } from '../ranking/lists.ts'
import { newestFound } from '../search/newest-found.ts'
import type { SearchRoom } from '../search/search.ts'
import { collectedPapers } from '../shelves/collection-papers.ts'
import { findCollection } from '../shelves/collections.ts'
import { pickedPapers } from '../shelves/picks.ts'
import type { Every } from './issue.ts'
import type { MailedList } from './mailed-list.ts'
import { reasonFor } from './reasons.ts'

/** The editions that an issue looks at: those after the day `from`, up to the day `to`. */
export type Window = { from: string; to: string }

/** A paper that may be in an issue. */
export type Candidate = {
  paper: Paper
  /** When it came onto the list, where that is not the day of its edition: picked, or put into a collection. */
  since: Date | null
  /** Why it is there: for everybody alike, but for lists that are a reader's own. */
  reason: string
}

/** What a list has to offer, best first. */
export type Pool = { list: MailedList; candidates: Candidate[]; total: number }

/** Papers looked at of each list; the longest issue has 25. */
const POOL = 300
/** The same where each reader gets what they care for. */
const OWN_POOL = 5_000
/** Days before the window of which papers are looked at too: some come late. */
const LATE_DAYS = 6
/** How many days the first issue looks back. */
const FIRST_DAYS: Readonly<Record<Every, number>> = { day: 1, week: 7, month: 31 }
/** What nobody has looked at for a season is not trending any more, even where nothing else is. */
const SEASON_DAYS = 92
/** A paper is dated at most so long before it is announced, but for a few. */
const ANNOUNCED_WITHIN_DAYS = 60

/**
 * The window of a first issue: a day, a week or a month up to the newest papers of the list, however old they are, so that
 * its reader sees what they have subscribed to. null where the list has no papers.
 */
export async function firstWindow(
  room: SearchRoom,
  list: MailedList,
  { every, now }: { every: Every; now: Date },
): Promise<Window | null> {
  const to = await newestDayOf(room, list, { now })
  return to === null ? null : { from: addDays(to, -FIRST_DAYS[every]), to }
}

/** The window of any later issue: the editions since the last one that the issue before looked at. */
export async function nextWindow(
  { db, timeZone }: SearchRoom,
  { coveredTo, now }: { coveredTo: string; now: Date },
): Promise<Window | null> {
  const to = await newestEdition(db, { now, timeZone })
  return to === null ? null : { from: coveredTo, to: to < coveredTo ? coveredTo : to }
}

async function newestDayOf(
  room: SearchRoom,
  list: MailedList,
  { now }: { now: Date },
): Promise<string | null> {
  const { db, timeZone } = room
  const newest = await newestEdition(db, { now, timeZone })
  if (newest === null) return null
  const [first] =
    list.kind === 'papers'
      ? (await listPapers(db, { list: list.list, limit: 1 })).papers
      : list.kind === 'search'
        ? await newestFound(room, { text: list.text, limit: 1 })
        : []
  const day = first?.edition ?? newest
  return day > newest ? newest : day
}

/** What a list offers in a window, best first. Throws `SearchAway`. */
export async function poolOf(
  room: SearchRoom,
  list: FollowedList,
  { window, title }: { window: Window; title: string },
): Promise<Pool> {
  const { db } = room
  const found = await papersOf(room, list, window)
  const counts = await countedElsewhereOf(
    db,
    found.papers.map(({ paper }) => paper.id),
  )
  let rank = 0
  return {
    list,
    total: found.total,
    candidates: found.papers.map(({ paper, since, note = null }) => ({
      paper,
      since,
      reason: reasonFor({
        list,
        title,
        paper,
        // Papers that came late have no place among the others.
        rank: isInWindow(paper, window) ? (rank += 1) : null,
        elsewhere: counts.get(paper.id) ?? [],
        note,
      }),
    })),
  }
}

/** What came out in a window and in the days before it: what readers' own lists are made of, the same for all of them. */
export async function papersOfWindow({ db }: SearchRoom, window: Window): Promise<Paper[]> {
  const { papers } = await bestOf(db, sql`true`, window, { limit: OWN_POOL })
  return papers.map(({ paper }) => paper)
}

function isInWindow({ edition }: Paper, { from, to }: Window): boolean {
  return edition !== null && edition > from && edition <= to
}

/** Whether a candidate is news to a reader whose last issue looked at the list at `lookedAt` (null: there was none). */
export function isNews(
  { list }: Pick<Pool, 'list'>,
  { paper, since }: Pick<Candidate, 'paper' | 'since'>,
  { window, lookedAt }: { window: Window; lookedAt: Date | null },
): boolean {
  switch (list.kind) {
    case 'picks':
    case 'collection':
      return lookedAt === null || (since !== null && since > lookedAt)
    case 'ranked':
      // Whatever drew attention meanwhile, however old: nothing comes twice.
      if (list.list.kind === 'trending') return true
      return isInWindow(paper, window) || isLate(paper, { lookedAt })
    case 'editions':
    case 'papers':
    case 'search':
    case 'own':
      return isInWindow(paper, window) || isLate(paper, { lookedAt })
  }
}

/** Recorded after the issue that its edition would have been in. */
function isLate({ recordedAt }: Paper, { lookedAt }: { lookedAt: Date | null }): boolean {
  return lookedAt !== null && recordedAt > lookedAt
}

type Found = { paper: Paper; since: Date | null; note?: string | null }

async function papersOf(
  room: SearchRoom,
  list: FollowedList,
  window: Window,
): Promise<{ papers: Found[]; total: number }> {
  const { db, timeZone } = room
  switch (list.kind) {
    case 'editions':
      return bestOf(db, sql`true`, window)
    case 'papers':
      return bestOf(db, isOn(list.list, window), window)
    case 'ranked': {
      if (list.list.kind === 'top') return bestOf(db, sql`p.attention > 0`, window)
      const { papers } = await listPapers(db, { list: list.list, limit: POOL })
      const season = addDays(window.to, -SEASON_DAYS)
      const shown = papers.filter(({ edition }) => edition === null || edition >= season)
      return { papers: shown.map((paper) => ({ paper, since: null })), total: shown.length }
    }
    case 'picks': {
      const { papers } = await pickedPapers(db, { limit: POOL })
      return {
        papers: papers.map(({ paper, picks }) => {
          const last = picks.at(-1)
          return {
            paper,
            since: last?.pickedAt ?? null,
            note: last && last.note !== '' ? last.note : null,
          }
        }),
        total: papers.length,
      }
    }
    case 'collection': {
      // It may have been made private since.
      const collection = await findCollection(db, { id: list.id, asking: null })
      const collected = collection ? await collectedPapers(db, { collectionId: list.id }) : []
      return {
        papers: collected
          .toSorted((a, b) => b.addedAt.getTime() - a.addedAt.getTime())
          .map(({ paper, addedAt, note }) => ({ paper, since: addedAt, note: note === '' ? null : note })),
        total: collected.length,
      }
    }
    case 'search': {
      const earliest = addDays(window.from, -LATE_DAYS)
      const papers = (await newestFound(room, { text: list.text, limit: POOL })).filter(
        (paper) => dayOf(paper, timeZone) > earliest && dayOf(paper, timeZone) <= window.to,
      )
      const best = papers.toSorted(byAttention)
      return {
        papers: best.map((paper) => ({ paper, since: null })),
        total: best.filter((paper) => isInWindow(paper, window)).length,
      }
    }
  }
}

function dayOf({ edition, recordedAt }: Paper, timeZone: string): string {
  return edition ?? dayIn(timeZone, recordedAt)
}

/** Heat last: it is what recent attention adds up to, and most papers that are found have none. */
function byAttention(a: Paper, b: Paper): number {
  return (b.heat ?? -Infinity) === (a.heat ?? -Infinity)
    ? b.recordedAt.getTime() - a.recordedAt.getTime()
    : (b.heat ?? -Infinity) - (a.heat ?? -Infinity)
}

/** The condition under which a paper `p` is on a list by date. */
function isOn(
  list: Extract<PaperList, { kind: 'new' | 'topic' | 'name' | 'orcid' }>,
  { from }: Window,
): RawBuilder<unknown> {
  const earliest = addDays(from, -ANNOUNCED_WITHIN_DAYS)
  switch (list.kind) {
    case 'new':
      return sql`true`
    case 'topic':
      return sql`p.id in (select k.paper_id from paper_categories k
        where k.category in (${sql.join(categoriesOf(list.category))}) and k.dated_at > ${earliest}::date)`
    case 'name':
    case 'orcid':
      return sql`p.id in (select k.paper_id from paper_authors k where ${printedOn(list)} and k.dated_at > ${earliest}::date)`
  }
}

/** The papers of a window, and of the days before it, that meet a condition, in the order of editions. */
async function bestOf(
  db: Kysely<Database>,
  condition: RawBuilder<unknown>,
  { from, to }: Window,
  { limit = POOL }: { limit?: number } = {},
): Promise<{ papers: Found[]; total: number }> {
  const { rows } = await sql<Selectable<Database['papers']> & { total: number }>`
    with best as (
      select p.id, count(*) filter (where p.edition > ${from}::date) over () as total
      from papers p
      where ${IS_LISTED} and p.edition > ${addDays(from, -LATE_DAYS)}::date and p.edition <= ${to}::date and ${condition}
      order by ${sql.raw(POINTS)} desc, p.heat desc, p.dated_at desc, p.id desc limit ${limit}
    )
    select p.*, best.total from best join papers p on p.id = best.id
    order by ${sql.raw(POINTS)} desc, p.heat desc, p.dated_at desc, p.id desc`.execute(db)
  return {
    papers: rows.map((row) => ({ paper: toPaper(row), since: null })),
    total: rows[0]?.total ?? 0,
  }
}
