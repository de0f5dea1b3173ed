import { pipeline } from 'node:stream/promises'
import type { Readable } from 'node:stream'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { lockUntilCommit } from '../locks.ts'
import { applyMigrations, readMigrations } from '../migrate.ts'
import type { DatabaseAddress } from '../open.ts'
import type { Database } from '../schema.ts'
import { countRows } from './count-rows.ts'
import { tableEntry } from './manifest.ts'
import type { Backup } from './read-backup.ts'
import { sequencesNow, tablesInOrder } from './tables.ts'

export type RestoreOutcome = { ok: true } | { ok: false; reason: 'damaged' | 'not-empty' }

class Refused extends Error {
  readonly reason: 'damaged' | 'not-empty'
  constructor(reason: Refused['reason']) {
    super(reason)
    this.reason = reason
  }
}

/**
 * Fills an empty database with what a backup holds, and brings it to the newest schema; all in one transaction: when anything
 * fails, or the process is killed, the database is as empty as before.
 */
export async function restoreBackup(
  address: DatabaseAddress,
  backup: Backup,
  { signal, onProgress = () => {} }: { signal?: AbortSignal; onProgress?: (table: string) => void } = {},
): Promise<RestoreOutcome> {
  const client = new pg.Client({ application_name: 'broadsheet restore', ...address })
  client.on('error', () => {})
  const stop = () => void client.end().catch(() => {})
  try {
    await client.connect()
    signal?.addEventListener('abort', stop, { once: true })
    await client.query(`set client_encoding to utf8; set datestyle to iso; set timezone to utc`)
    await fill(client, { ...backup, onProgress, signal })
    return { ok: true }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof Refused) return { ok: false, reason: error.reason }
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
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
    // A server that starts meanwhile waits, and finds a site.
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
  await client.query('analyze')
}
