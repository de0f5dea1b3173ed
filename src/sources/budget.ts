import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Budget, ServiceKeys } from './source-kind.ts'
import type { Source } from './sources.ts'

/** The budgets of the sources that have one, by name. */
export async function budgetsOf(
  db: Kysely<Database>,
  sources: readonly Source[],
  { now, keys }: { now: Date; keys: ServiceKeys },
): Promise<Map<string, Budget>> {
  const budgets = new Map<string, Budget>()
  for (const { name, kind } of sources) {
    const budget = await kind.budget?.(db, { now, keys })
    if (budget) budgets.set(name, budget)
  }
  return budgets
}

/** `asked about 120 of 5,000 papers in the last day` */
export function budgetInWords({ used, perDay }: Budget): string {
  return `asked about ${used.toLocaleString('en-GB')} of ${perDay.toLocaleString('en-GB')} papers in the last day`
}
