import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Source } from './sources.ts'

/** About how many papers a source was asked in the last day, and about how many it may be. */
export type Budget = { used: number; perDay: number }

/** The budgets of the sources that have one, by name. */
export async function budgetsOf(
  db: Kysely<Database>,
  sources: readonly Source[],
  { now }: { now: Date },
): Promise<Map<string, Budget>> {
  const budgets = new Map<string, Budget>()
  for (const { name, kind } of sources) {
    const budget = await kind.budget?.(db, { now })
    if (budget) budgets.set(name, budget)
  }
  return budgets
}

/** `asked about 120 of 5,000 papers in the last day` */
export function budgetInWords({ used, perDay }: Budget): string {
  return `asked about ${used.toLocaleString('en-GB')} of ${perDay.toLocaleString('en-GB')} papers in the last day`
}
