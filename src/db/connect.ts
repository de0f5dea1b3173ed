import type { Kysely } from 'kysely'
import type { Config } from '../config.ts'
import { endsWithin } from '../runtime/ends-within.ts'
import { describeFailure } from '../runtime/describe-failure.ts'
import type { Logger } from '../runtime/log.ts'
import { holdLocalPostgres } from './hold-local-postgres.ts'
import { migrate } from './migrate.ts'
import { openDatabase, type DatabaseAddress } from './open.ts'
import type { Database } from './schema.ts'

/** A database in its newest schema, and how to leave it. */
export type Connection = {
  db: Kysely<Database>
  address: DatabaseAddress
  /** A command that opens psql on it; null when the address is the operator's own. */
  psqlCommand: string | null
  close(): Promise<void>
}

/** Queries under way get so long to end when the database is left. */
const CLOSE_MS = 1_000

/** Something the operator must mend; its message is one sentence that says what to do. */
export class DatabaseUnavailable extends Error {}

/**
 * Connects to the database that the settings name (or to the PostgreSQL in the data folder, started when it is not
 * running) and brings it to the newest schema. Throws `DatabaseUnavailable`.
 */
export async function connect(
  config: Pick<Config, 'databaseUrl' | 'dataFolder'>,
  { log, size }: { log: Logger; size?: number },
): Promise<Connection> {
  const held = await holdDatabase(config, { log })
  const { address, psqlCommand } = held
  const db = openDatabase(address, {
    ...(size === undefined ? {} : { size }),
    onError: (error) => log.warn({ error: error.message }, 'a database connection was lost'),
  })
  const close = async () => {
    // A query that waits for a lock must not keep the process.
    await endsWithin(db.destroy(), CLOSE_MS)
    await held.release()
  }
  try {
    const outcome = await migrate(db)
    if (!outcome.ok) {
      if (outcome.reason === 'restoring')
        throw new DatabaseUnavailable(
          'A backup is being restored into this database, or its restore was interrupted: run “broadsheet restore” with the same backup again, and it is finished.',
        )
      throw new DatabaseUnavailable(
        outcome.reason === 'unknown'
          ? `The database was set up by a newer Broadsheet (migration ${outcome.migration}): run that version.`
          : `The migration ${outcome.migration} was changed after it was applied: restore the file that was released.`,
      )
    }
    if (outcome.applied.length > 0) log.info({ applied: outcome.applied }, 'database migrated')
  } catch (error) {
    await close()
    if (error instanceof DatabaseUnavailable) throw error
    throw new DatabaseUnavailable(
      describeFailure(error)?.reason ??
        `The database cannot be used (${messageOf(error)}): check ${config.databaseUrl === null ? 'postgres.log in the data folder' : 'DATABASE_URL, and that its server is up'}.`,
    )
  }
  return { db, address, psqlCommand, close }
}

/** Where a host has several addresses, the failures of all come as one error that says nothing itself. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

/** Whether an error of a query means that the server is gone, rather than that it refused (SQLSTATE classes 08 and 57P). */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  const noSocket = code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect'
  return noSocket || /^(08|57P|ECONN|EPIPE)/.test(code) || error.message.startsWith('Connection terminated')
}

/** Whether an error of a query means that the server stopped it because it took too long (SQLSTATE 57014). */
export function isStopped(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '57014'
}

/**
 * The database that the settings name, as it is: the PostgreSQL in the data folder runs until `release`. Throws
 * `DatabaseUnavailable`.
 */
export async function holdDatabase(
  { databaseUrl, dataFolder }: Pick<Config, 'databaseUrl' | 'dataFolder'>,
  { log }: { log: Logger },
): Promise<Pick<Connection, 'address' | 'psqlCommand'> & { release(): Promise<void> }> {
  if (databaseUrl !== null)
    return { address: { connectionString: databaseUrl }, psqlCommand: null, release: async () => {} }
  try {
    return await holdLocalPostgres(dataFolder, { log })
  } catch (error) {
    throw new DatabaseUnavailable(describeFailure(error, { path: dataFolder })?.reason ?? messageOf(error))
  }
}
