import { sql, type Kysely } from 'kysely'
import type { Database } from './schema.ts'

/** Its size on the disk in bytes, and the last change of a paper that was counted. */
export type DatabaseFigures = { bytes: number; lastChange: number }

export async function databaseFigures(db: Kysely<Database>): Promise<DatabaseFigures> {
  const { rows } = await sql<DatabaseFigures>`
    select pg_database_size(current_database()) as bytes, (select last_value from papers_index_seq) as "lastChange"
  `.execute(db)
  return rows[0] ?? { bytes: 0, lastChange: 0 }
}
