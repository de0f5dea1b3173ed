import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { COUNTED_ELSEWHERE } from './signals.ts'

/** What is counted elsewhere for a paper: all upvotes, comments, stars or citations that one origin (a source) knows of. */
export type CountedElsewhere = {
  kind: 'upvote' | 'comment' | 'star' | 'citation'
  origin: string
  total: number
}

/** What is counted elsewhere for each of some papers, the greatest first; one query, out of the index of events. */
export async function countedElsewhereOf(
  db: Kysely<Database>,
  paperIds: number[],
): Promise<Map<number, CountedElsewhere[]>> {
  if (paperIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('signals')
    .select(['paper_id', 'kind', 'origin', (eb) => eb.fn.sum<number>('amount').as('total')])
    .where('paper_id', 'in', paperIds)
    .where(COUNTED_ELSEWHERE)
    .groupBy(['paper_id', 'kind', 'origin'])
    .having((eb) => eb.fn.sum('amount'), '>', 0)
    .orderBy('total', 'desc')
    .orderBy('origin')
    .execute()
  const counts = rows as (CountedElsewhere & { paper_id: number })[]
  return new Map(
    [...Map.groupBy(counts, (row) => row.paper_id)].map(([id, of]) => [
      id,
      of.map(({ kind, origin, total }) => ({ kind, origin, total })),
    ]),
  )
}
