import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import type { Readable } from 'node:stream'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { LOCKS, lockUntilCommit } from '../locks.ts'
import { applyMigrations, readMigrations } from '../migrate.ts'
import type { DatabaseAddress } from '../open.ts'
import type { Database } from '../schema.ts'
import { countRows } from './count-rows.ts'
import { tableEntry } from './manifest.ts'
import type { Backup } from './read-backup.ts'
import { sequencesNow, tablesInOrder } from './tables.ts'

type Refusal = 'damaged' | 'not-empty' | 'interrupted' | 'underway'
export type RestoreOutcome = { ok: true } | { ok: false; reason: Refusal }

class Refused extends Error {
  readonly reason: Refusal
  constructor(reason: Refusal) {
    super(reason)
    this.reason = reason
  }
}

/** Whoever was killed a moment ago may still be known to the server. */
const WAIT_FOR_OTHERS = '15s'

/**
 * Fills an empty database with what a backup holds, and brings it to the newest schema, all in one transaction; then
 * `putFiles` does what belongs to it outside of the database. When anything fails the database is as empty as before.
 *
 * From before the first step until after the last there is a table `restoring`, and no process takes the database for a site
 * (`migrate`). Killed at any moment, it stays: restoring the same backup again finishes what was begun.
 */
export async function restoreBackup(
  address: DatabaseAddress,
  backup: Backup,
  {
    signal,
    onProgress = () => {},
    putFiles = async () => {},
  }: {
    signal?: AbortSignal
    onProgress?: (table: string) => void
    putFiles?: () => Promise<void>
  } = {},
): Promise<RestoreOutcome> {
  const client = new pg.Client({ application_name: 'broadsheet restore', ...address })
  client.on('error', () => {})
  const stop = () => void client.end().catch(() => {})
  let state: Awaited<ReturnType<typeof begin>> | null = null
  try {
    await client.connect()
    signal?.addEventListener('abort', stop, { once: true })
    await client.query(`set client_encoding to utf8; set datestyle to iso; set timezone to utc`)
    state = await begin(client, idOf(backup))
    if (state === 'begun') await fill(client, { ...backup, onProgress, signal })
    state = 'filled'
    signal?.removeEventListener('abort', stop)
    await putFiles()
    await client.query('drop table restoring')
    await client.query('analyze')
    return { ok: true }
  } catch (error) {
    if (state === 'begun') await forget(address)
    signal?.throwIfAborted()
    if (error instanceof Refused) return { ok: false, reason: error.reason }
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
    await client.end().catch(() => {})
  }
}

function idOf({ manifest }: Backup): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex')
}

/** Says that a restore has begun; `filled` where one of the same backup was interrupted after its rows were in. */
async function begin(client: pg.Client, id: string): Promise<'begun' | 'filled'> {
  await client.query(`set lock_timeout to '${WAIT_FOR_OTHERS}'`)
  try {
    await client.query('select pg_advisory_lock($1)', [LOCKS.restore])
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '55P03') throw new Refused('underway')
    throw error
  }
  await client.query('set lock_timeout to 0')
  await client.query('begin')
  try {
    // A server that starts at the same time comes before this, or sees it.
    await client.query('select pg_advisory_xact_lock($1)', [LOCKS.migration])
    const { rows } = await client.query<{ restoring: boolean; taken: boolean }>(`
      select to_regclass('restoring') is not null as restoring, to_regclass('migrations') is not null as taken`)
    const { restoring = false, taken = false } = rows[0] ?? {}
    if (taken && !restoring) throw new Refused('not-empty')
    await client.query('create table if not exists restoring (backup text not null)')
    if (taken) {
      const { rows: known } = await client.query<{ backup: string }>('select backup from restoring')
      if (known[0]?.backup !== id) throw new Refused('interrupted')
    } else {
      await client.query('delete from restoring')
      await client.query('insert into restoring values ($1)', [id])
    }
    await client.query('commit')
    return taken ? 'filled' : 'begun'
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

/** Leaves a database as it was before a restore into it failed. The connection of that restore may be gone. */
async function forget(address: DatabaseAddress): Promise<void> {
  const client = new pg.Client({ application_name: 'broadsheet restore', ...address })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query(`set lock_timeout to '${WAIT_FOR_OTHERS}'`)
    await client.query(`do $$ begin
      if to_regclass('migrations') is null then drop table if exists restoring; end if;
    end $$`)
  } catch {
    // Then the next who comes is told, and restores again.
  } finally {
    await client.end().catch(() => {})
  }
}

/** Runs what reads the file: when that fails, the file is damaged. */
async function damagedUnless<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw isOfServer(error) ? error : new Refused('damaged')
  }
}

/** Whether an error is the server's own trouble, and not about the rows it was given (SQLSTATE classes 22 and 23). */
function isOfServer(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return !/^2[23]/.test(error.code ?? '')
  return error instanceof Error && error.message.startsWith('Connection terminated')
}

/** Whether both name the same, each once, in whatever order. */
function isSame(known: string[], named: string[]): boolean {
  return known.length === named.length && known.every((name) => named.includes(name))
}

async function fill(
  client: pg.Client,
  {
    zip,
    manifest,
    onProgress,
    signal,
  }: Backup & { onProgress: (table: string) => void; signal: AbortSignal | undefined },
): Promise<void> {
  // Migrations run through Kysely, rows through the same connection's own COPY: both in one transaction.
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({
      pool: { connect: async () => Object.assign(client, { release() {} }), end: async () => {} },
    }),
  })
  await db.transaction().execute(async (trx) => {
    // A server that starts meanwhile waits, and is told.
    await lockUntilCommit(trx, 'migration')
    const { rows } = await sql<{
      taken: boolean
    }>`select to_regclass('migrations') is not null as taken`.execute(trx)
    if (rows[0]?.taken) throw new Refused('not-empty')
    const migrations = await readMigrations()
    await applyMigrations(trx, { migrations, only: new Set(manifest.migrations.map(({ name }) => name)) })

    const tables = new Map((await tablesInOrder(client)).map(({ name, columns }) => [name, columns]))
    const sequences = (await sequencesNow(client)).map(({ name }) => name)
    if (
      !isSame(
        [...tables.keys()],
        manifest.tables.map(({ name }) => name),
      ) ||
      !isSame(
        sequences,
        manifest.sequences.map(({ name }) => name),
      )
    )
      throw new Refused('damaged')
    // What a migration puts into a new table is in the backup too.
    await sql`truncate ${sql.join([...tables.keys()].map((name) => sql.table(name)))}`.execute(trx)
    for (const { name, columns, rows: expected } of manifest.tables) {
      const entry = zip.entries.get(tableEntry(name))
      if (!entry || !isSame(tables.get(name) ?? [], columns)) throw new Refused('damaged')
      onProgress(name)
      const table = client.escapeIdentifier(name)
      // Triggers keep counts and write to other tables: all that is in the backup as well.
      await client.query(`alter table ${table} disable trigger user`)
      const list = columns.map((column) => client.escapeIdentifier(column)).join(', ')
      const counted = countRows()
      const source: Readable = await zip.read(entry)
      await damagedUnless(() =>
        pipeline(
          source,
          counted,
          client.query(copyFrom(`copy ${table} (${list}) from stdin`)),
          signal ? { signal } : {},
        ),
      )
      if (counted.counted.rows !== expected || counted.counted.crc32 !== entry.crc32)
        throw new Refused('damaged')
      await client.query(`alter table ${table} enable trigger user`)
    }
    for (const { name, last, used } of manifest.sequences)
      await client.query('select setval($1::regclass, $2, $3)', [client.escapeIdentifier(name), last, used])
    // A search index that is still in the data folder may know of more than this database: it is not its own.
    await sql`delete from site_state where name = 'database_id'`.execute(trx)
    await applyMigrations(trx, { migrations })
  })
}
