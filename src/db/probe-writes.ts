import { sql, type Kysely } from 'kysely'
import type { Database } from './schema.ts'

/** Whether the database takes changes that need room on its disk. Nothing of it stays. */
export async function takesWrites(db: Kysely<Database>): Promise<boolean> {
  const undone = new Error('undone')
  try {
    await db.transaction().execute(async (trx) => {
      await sql`create table write_probe as select 1 as one`.execute(trx)
      throw undone
    })
    return true
  } catch (error) {
    return error === undone
  }
}
