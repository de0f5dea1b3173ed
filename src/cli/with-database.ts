import type { Kysely } from 'kysely'
import type { Config } from '../config.ts'
import { connect } from '../db/connect.ts'
import type { Database } from '../db/schema.ts'
import { quietLog } from './quiet-log.ts'

/** Does a verb's work on the database, beside a running site or without one. */
export async function withDatabase<T>(
  config: Config,
  work: (db: Kysely<Database>) => Promise<T>,
  { size = 2 }: { size?: number } = {},
): Promise<T> {
  const connection = await connect(config, { log: quietLog(config), size })
  try {
    return await work(connection.db)
  } finally {
    await connection.close()
  }
}
