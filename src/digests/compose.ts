import { hasWords } from '../sources/words.ts'
import { plainDay } from '../papers/dates-in-words.ts'
import type { Content } from './content.ts'
import { isNews, type Candidate, type Pool, type Window } from './candidates.ts'
import type { Preferences } from './preferences.ts'

/** What an issue is chosen from, and for whom. */
export type Choosing = {
  pool: Pool
  window: Window
  preferences: Pick<Preferences, 'length' | 'notAbout'>
  /** Up to when the issue before looked at the list; null for a first issue. */
  lookedAt: Date | null
  /** Papers that the reader was sent already, in whatever issue. */
  sent: ReadonlySet<number>
  /** The paper that curators chose as the top story, where they did. */
  topPaperId: number | null
  /** The day on which it is composed, where its reader is. */
  on: string
  notes: string[]
  warned: Content['warned']
}

/** Chooses the papers of an issue: the best of what is news to its reader. null where there are none: no issue is empty. */
export function chooseContent({
  pool,
  window,
  preferences: { length, notAbout },
  lookedAt,
  sent,
  topPaperId,
  on,
  notes,
  warned,
}: Choosing): Content | null {
  const isWanted = ({ paper }: Candidate) =>
    notAbout.length === 0 ||
    hasWords(
      { title: paper.title, abstract: `${paper.abstract ?? ''} ${paper.synopsis ?? ''}` },
      { mustHave: [], mustNotHave: notAbout },
    )
  const chosen: Candidate[] = []
  let passedOver = 0
  for (const candidate of pool.candidates) {
    const isTop = candidate.paper.id === topPaperId
    if (chosen.length >= length && !isTop) continue
    if (sent.has(candidate.paper.id) || !isNews(pool, candidate, { window, lookedAt })) continue
    if (!isWanted(candidate)) passedOver += 1
    else if (isTop) chosen.unshift(candidate)
    else chosen.push(candidate)
  }
  if (chosen.length === 0) return null
  return {
    papers: chosen.slice(0, length).map(({ paper, reason }) => ({ id: paper.id, reason })),
    total: Math.max(pool.total - passedOver, chosen.length),
    on,
    from: window.from,
    to: window.to,
    notes,
    warned,
  }
}

/** Holidays have names, and days without papers are told with them. */
export type Holidays = ReadonlyMap<string, string>

const MOST_DAYS_NAMED = 5

/**
 * What the next mail says of days on which none came, for want of papers: `There was no mail on Thursday, 26 November 2026
 * (Thanksgiving): no new papers came.` `days` in order.
 */
export function noteOnQuietDays(days: string[], holidays: Holidays): string | null {
  if (days.length === 0) return null
  if (days.length > MOST_DAYS_NAMED)
    return `There was no mail on ${days.length} days since the last one: no new papers came.`
  const named = days.map((day) => {
    // Sources announce in the evening for the next day: either may be the holiday.
    const holiday = holidays.get(day)
    return `${weekdayAndDay(day)}${holiday === undefined ? '' : ` (${holiday})`}`
  })
  const last = named.pop() ?? ''
  const all = named.length === 0 ? last : `${named.join(', ')} and ${last}`
  return `There was no mail on ${all}: no new papers came.`
}

const WEEKDAY = new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: 'UTC' })

function weekdayAndDay(day: string): string {
  return `${WEEKDAY.format(new Date(`${day}T00:00:00Z`))}, ${plainDay(day)}`
}
