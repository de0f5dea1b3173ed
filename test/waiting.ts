import { sql, type Kysely } from 'kysely'
import type { Database } from '../src/db/schema.ts'

/** Until work is settled, or waits in the database for somebody else's transaction. */
export async function settledOrWaiting(db: Kysely<Database>, work: Promise<unknown>): Promise<void> {
  const settled = work.then(
    () => true,
    () => true,
  )
  while (!(await Promise.race([settled, Promise.resolve(false)]))) {
    const { rows } = await sql<{ waiting: boolean }>`select exists (select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock') as waiting`.execute(db)
    if (rows[0]?.waiting) return
  }
}
