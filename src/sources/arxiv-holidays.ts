import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { ArxivCalendar } from './arxiv-calendar.ts'

export type ArxivHoliday = { day: string; name: string }

/** The evenings without an announcement that curators keep, by day. */
export async function listArxivHolidays(db: Kysely<Database>): Promise<ArxivHoliday[]> {
  return db.selectFrom('arxiv_holidays').select(['day', 'name']).orderBy('day').execute()
}

export async function readArxivHolidays(db: Kysely<Database>): Promise<ArxivCalendar> {
  return { holidays: new Set((await listArxivHolidays(db)).map(({ day }) => day)) }
}
