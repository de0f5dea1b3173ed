import type { Context } from 'hono'
import type { PaperList } from '../ranking/list-orders.ts'
import type { ChangingPart } from '../ranking/announce-changes.ts'
import type { Paper } from '../papers/paper.ts'
import { addDays, daysBetween } from '../papers/calendar.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** All that the page shows of what readers change; undefined: it may be anything. */
    shows: Set<ChangingPart> | undefined
  }
}

/**
 * Says what a page shows of what readers change, so that it can be kept while none of it changes. Said several times, it
 * is all of it together; a page of which nothing is said is rebuilt after every change.
 */
export function pageShows(c: Context, subjects: Iterable<ChangingPart>): void {
  c.set('shows', new Set([...(c.get('shows') ?? []), ...subjects]))
}

export function papersShown(papers: readonly Pick<Paper, 'id'>[]): ChangingPart[] {
  return papers.map(({ id }): ChangingPart => `paper ${id}`)
}

/** Longer runs of editions, and those without an end, are known by the order of all papers. */
const MOST_EDITIONS = 31

/** The orders in which the papers of the editions from one day to another stand. */
export function ordersShown({ from, to }: { from: string | null; to: string | null }): ChangingPart[] {
  if (from === null || to === null || daysBetween(from, to) >= MOST_EDITIONS) return ['ranking']
  return Array.from(
    { length: daysBetween(from, to) + 1 },
    (_, i): ChangingPart => `edition ${addDays(from, i)}`,
  )
}

/** The orders of papers, among those that readers change, in which a list is. */
export function ordersOf(list: PaperList): ChangingPart[] {
  switch (list.kind) {
    case 'editions':
    case 'top':
      return ordersShown(list)
    case 'trending':
      return ['ranking']
    case 'new':
    case 'topic':
    case 'name':
    case 'orcid':
      return []
  }
}
