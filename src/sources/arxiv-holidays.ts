import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { parseDay } from '../papers/calendar.ts'
import type { ArxivCalendar } from './arxiv-calendar.ts'

export type ArxivHoliday = { day: string; name: string }

/** The evenings without an announcement that curators keep, by day. */
export async function listArxivHolidays(db: Kysely<Database>): Promise<ArxivHoliday[]> {
  return db.selectFrom('arxiv_holidays').select(['day', 'name']).orderBy('day').execute()
}

export async function readArxivHolidays(db: Kysely<Database>): Promise<ArxivCalendar> {
  return { holidays: new Set((await listArxivHolidays(db)).map(({ day }) => day)) }
}

/** Adds a holiday, or renames it; papers that arrive from then on are dated by it. */
export async function addArxivHoliday(
  db: Kysely<Database>,
  { day, name }: ArxivHoliday,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  const written = name.trim()
  if (parseDay(day) === null) return { ok: false, reason: 'Give the day as YYYY-MM-DD.' }
  if (written === '' || written.length > 100)
    return { ok: false, reason: 'Give a name of up to 100 characters.' }
  await db
    .insertInto('arxiv_holidays')
    .values({ day, name: written })
    .onConflict((conflict) => conflict.column('day').doUpdateSet({ name: written }))
    .execute()
  return { ok: true }
}

export async function removeArxivHoliday(db: Kysely<Database>, { day }: { day: string }): Promise<void> {
  if (parseDay(day) !== null) await db.deleteFrom('arxiv_holidays').where('day', '=', day).execute()
}
