import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { PACKAGE_ROOT } from '../runtime/package-root.ts'
import { lockUntilCommit } from './locks.ts'
import type { Database } from './schema.ts'

const MIGRATIONS = join(PACKAGE_ROOT, 'db', 'migrations')

export type MigrationOutcome =
  | { ok: true; applied: string[] }
  | { ok: false; reason: 'changed' | 'unknown'; migration: string }

/**
 * Brings the database to the newest schema: each file of db/migrations in the order of its name, all in one
 * transaction. A migration is frozen once applied: a changed file, or one in the database that this program does not
 * know (a newer program was here), is refused and nothing is changed.
 */
export async function migrate(db: Kysely<Database>): Promise<MigrationOutcome> {
  const names = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).toSorted()
  const files = await Promise.all(
    names.map(async (name) => ({ name, text: await readFile(join(MIGRATIONS, name), 'utf8') })),
  )
  return db.transaction().execute(async (trx): Promise<MigrationOutcome> => {
    await lockUntilCommit(trx, 'migration')
    await sql`create table if not exists migrations (
      name text primary key, sha256 text not null, applied_at timestamptz not null default now())`.execute(
      trx,
    )
    const done = new Map(
      (await trx.selectFrom('migrations').select(['name', 'sha256']).execute()).map((m) => [
        m.name,
        m.sha256,
      ]),
    )
    for (const name of done.keys()) {
      if (!names.includes(name)) return { ok: false, reason: 'unknown', migration: name }
    }
    const applied: string[] = []
    for (const { name, text } of files) {
      const sha256 = createHash('sha256').update(text).digest('hex')
      const known = done.get(name)
      if (known === sha256) continue
      if (known !== undefined) return { ok: false, reason: 'changed', migration: name }
      await sql.raw(text).execute(trx)
      await trx.insertInto('migrations').values({ name, sha256 }).execute()
      applied.push(name)
    }
    return { ok: true, applied }
  })
}
