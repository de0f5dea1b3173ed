import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { eventHeat } from './heat.ts'
import { STANDS } from './signals.ts'

/** One event that heats a paper, and how much of the paper's heat it is (0 to 1). */
export type HeatPart = {
  kind: string
  origin: string
  amount: number
  weight: number
  at: Date
  share: number
}

/** What a paper's heat is made of: its events, the largest share first. Shares add up to 1 and do not change with time. */
export async function heatParts(db: Kysely<Database>, paperId: number): Promise<HeatPart[]> {
  const events = await db
    .selectFrom('signals as s')
    .select(['kind', 'origin', 'amount', 'weight', 'at'])
    .where('paper_id', '=', paperId)
    .where(STANDS)
    .execute()
  const heats = events.map((event) => eventHeat(event.weight, event.at))
  const hottest = heats.reduce((a, b) => Math.max(a, b), -Infinity)
  const total = heats.reduce((sum, heat) => sum + 2 ** (heat - hottest), 0)
  return events
    .map((event, i) => ({ ...event, share: 2 ** ((heats[i] ?? 0) - hottest) / total }))
    .toSorted((a, b) => b.share - a.share)
}
