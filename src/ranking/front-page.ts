import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { addDays, monthPeriod, periodOf, wholeWeeks, type Period } from '../papers/calendar.ts'
import { editionsBetween, nearest, neighbours, newestEdition, topicsOf, type Neighbours } from './editions.ts'
import { countPapers } from './count-papers.ts'
import type { Cursor } from './list-orders.ts'
import { listPapers, type ListPage } from './lists.ts'

/** An edition (or a week or month of editions) with all its page shows. */
export type FrontPage = ListPage & {
  kind: 'edition'
  period: Period
  /** The period that was asked for, when it has no papers and this is the nearest one that has. */
  asked: Period | null
  neighbours: Neighbours
  total: number
  topics: { category: string; papers: number }[]
  /** The month around it; `editions` are those of its weeks, which may begin and end in other months. */
  month: { period: Period; editions: Map<string, number> }
  newest: boolean
}

/**
 * The front page of a period: of the newest edition when none is given, of the nearest one with papers when it has
 * none. `{ kind: 'empty' }` when no paper is in any edition.
 */
export async function frontPage(
  db: Kysely<Database>,
  {
    period: asked,
    after = null,
    limit,
    now,
    timeZone,
  }: { period: Period | null; after?: Cursor | null; limit: number; now: Date; timeZone: string },
): Promise<FrontPage | { kind: 'empty' }> {
  const newestDay = await newestEdition(db, { now, timeZone })
  if (newestDay === null) return { kind: 'empty' }
  const wanted = asked ?? periodOf('date', newestDay)
  const near = await neighbours(db, wanted, { until: newestDay })
  const list = { kind: 'editions', from: wanted.from, to: wanted.to } as const
  const total = await countPapers(db, list)
  if (total === 0) {
    const period = nearest(wanted, near)
    if (!period) return { kind: 'empty' }
    const found = await frontPage(db, { period, limit, now, timeZone })
    return found.kind === 'empty' ? found : { ...found, asked: wanted }
  }
  // A week is in the month that most of its days are in, that of its Thursday.
  const middle = wanted.kind === 'week' ? addDays(wanted.from, 3) : wanted.to
  const month = monthPeriod(middle.slice(0, 7)) ?? wanted
  const [page, topics, editions] = await Promise.all([
    listPapers(db, { list, after, limit }),
    topicsOf(db, wanted, { limit: 12 }),
    editionsBetween(db, wholeWeeks(month)),
  ])
  return {
    ...page,
    kind: 'edition',
    period: wanted,
    asked: null,
    neighbours: near,
    total,
    topics,
    month: { period: month, editions },
    newest: newestDay >= wanted.from && newestDay <= wanted.to,
  }
}
