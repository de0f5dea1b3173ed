import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Database } from './schema.ts'

/** int8: ids and counts stay far below 2^53. */
pg.types.setTypeParser(20, Number)
/** date: a calendar day is text, never an instant. */
pg.types.setTypeParser(1082, (text) => text)

/** How to reach a PostgreSQL: a connection string, or pg's own options (a socket folder as `host`). */
export type DatabaseAddress = { connectionString: string } | pg.PoolConfig

/**
 * A pool of at most `size` connections. Errors of idle connections (a server that restarts) go to `onError` and the
 * pool connects anew; close it with `db.destroy()`. With `longestMs` the server stops each statement that takes longer
 * (`isStopped`), and with it the transaction it is of.
 */
export function openDatabase(
  address: DatabaseAddress,
  { size = 10, longestMs, onError }: { size?: number; longestMs?: number; onError: (error: Error) => void },
): Kysely<Database> {
  const pool = new pg.Pool({
    max: size,
    connectionTimeoutMillis: 10_000,
    application_name: 'broadsheet',
    ...address,
    async onConnect(client) {
      // The pool hears of idle ones only; of one in use between two queries (in a transaction), its next query tells.
      client.on('error', () => {})
      // A server of the operator's own may write dates in another style, which nothing here would understand.
      await client.query(
        `set datestyle to iso${longestMs === undefined ? '' : `; set statement_timeout to ${longestMs}`}`,
      )
    },
  })
  pool.on('error', (error) => {
    // A pool that is being closed may hear that its server stops.
    if (!pool.ending) onError(error)
  })
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  pools.set(db, pool)
  return db
}

const pools = new WeakMap<Kysely<Database>, pg.Pool>()

/** Connections of a pool that are open, those of them that nobody uses, and how many wait for one. */
export function poolFigures(
  db: Kysely<Database>,
): { open: number; idle: number; waiting: number; most: number } | null {
  const pool = pools.get(db)
  return pool
    ? { open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount, most: pool.options.max }
    : null
}
