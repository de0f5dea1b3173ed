import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql, type Kysely, type Transaction } from 'kysely'
import { PACKAGE_ROOT } from '../runtime/package-root.ts'
import { lockUntilCommit } from './locks.ts'
import type { Database } from './schema.ts'

const MIGRATIONS = join(PACKAGE_ROOT, 'db', 'migrations')

export type MigrationOutcome =
  | { ok: true; applied: string[] }
  | { ok: false; reason: 'changed' | 'unknown'; migration: string }
  /** A restore of a backup is under way, or was interrupted: what is there is not a whole site. */
  | { ok: false; reason: 'restoring' }

/** A file of db/migrations. */
type Migration = { name: string; text: string; sha256: string }

/** The migrations this program knows, in their order. */
export async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).toSorted()
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(MIGRATIONS, name), 'utf8')
      return { name, text, sha256: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

/**
 * Brings the database to the newest schema: each file of db/migrations in the order of its name, all in one
 * transaction. A migration is frozen once applied: a changed file, or one in the database that this program does not
 * know (a newer program was here), is refused and nothing is changed.
 */
export async function migrate(db: Kysely<Database>): Promise<MigrationOutcome> {
  const migrations = await readMigrations()
  return db.transaction().execute(async (trx) => {
    await lockUntilCommit(trx, 'migration')
    const { rows } = await sql<{ restoring: boolean }>`
      select to_regclass('restoring') is not null as restoring`.execute(trx)
    if (rows[0]?.restoring) return { ok: false, reason: 'restoring' } as const
    return applyMigrations(trx, { migrations })
  })
}

/** The same in the caller's transaction, which holds the lock of migration; `only` these are applied where given. */
export async function applyMigrations(
  trx: Transaction<Database>,
  { migrations, only }: { migrations: Migration[]; only?: Set<string> },
): Promise<MigrationOutcome> {
  await sql`create table if not exists migrations (
    name text primary key, sha256 text not null, applied_at timestamptz not null default now())`.execute(trx)
  const rows = await trx.selectFrom('migrations').select(['name', 'sha256']).execute()
  const done = new Map(rows.map((row) => [row.name, row.sha256]))
  for (const name of done.keys()) {
    if (!migrations.some((known) => known.name === name))
      return { ok: false, reason: 'unknown', migration: name }
  }
  const applied: string[] = []
  for (const { name, text, sha256 } of migrations) {
    const known = done.get(name)
    if (known === sha256 || (only && !only.has(name))) continue
    if (known !== undefined) return { ok: false, reason: 'changed', migration: name }
    await sql.raw(text).execute(trx)
    await trx.insertInto('migrations').values({ name, sha256 }).execute()
    applied.push(name)
  }
  return { ok: true, applied }
}
