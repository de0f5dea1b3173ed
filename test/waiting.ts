import { sql, type Kysely } from 'kysely'
import type { Database } from '../src/db/schema.ts'

/** What a connection to a database does: its state, its last statement, and whether that waits for somebody's lock. */
export interface Connection {
  state: string
  query: string
  application: string
  waiting: boolean
}

/**
 * The connections of all other clients to this database. PostgreSQL's own view shows those of the whole server, on which
 * other tests are at work at the same time in databases of their own, and its own processes too.
 *
 * PostgreSQL says that a statement has failed, and that a connection is closed, a moment before it says so here: wait
 * for what must end.
 */
export async function otherConnections(db: Kysely<Database>): Promise<Connection[]> {
  const { rows } = await sql<Connection>`
    select coalesce(state, 'starting') as state, query, application_name as application, wait_event_type is not distinct from 'Lock' as waiting
    from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`.execute(
    db,
  )
  return rows
}

/** How many statements wait in this database for somebody else's transaction. */
export async function countWaiting(db: Kysely<Database>): Promise<number> {
  return (await otherConnections(db)).filter(({ waiting }) => waiting).length
}

/** Until work is settled, or waits in the database for somebody else's transaction. */
export async function settledOrWaiting(db: Kysely<Database>, work: Promise<unknown>): Promise<void> {
  const settled = work.then(
    () => true,
    () => true,
  )
  while (!(await Promise.race([settled, Promise.resolve(false)]))) {
    if ((await countWaiting(db)) > 0) return
  }
}
