import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { PACKAGE_ROOT } from '../runtime/package-root.ts'
import { migrate } from './migrate.ts'

const FILES = readdirSync(join(PACKAGE_ROOT, 'db', 'migrations'))
  .filter((name) => name.endsWith('.sql'))
  .toSorted()

describeWithDatabase('migrations', (db) => {
  const empty = async () => {
    await sql`drop schema public cascade`.execute(db())
    await sql`create schema public`.execute(db())
  }
  const tables = async () =>
    (
      await sql<{ name: string }>`
        select tablename as name from pg_tables where schemaname = 'public' order by 1`.execute(db())
    ).rows.map(({ name }) => name)

  it('are applied once, in order', async () => {
    await empty()
    expect(await migrate(db())).toEqual({ ok: true, applied: FILES })
    expect(await tables()).toContain('papers')
    expect(await migrate(db())).toEqual({ ok: true, applied: [] })
    expect(
      await db().selectFrom('migrations').select('name').orderBy('applied_at').orderBy('name').execute(),
    ).toEqual(FILES.map((name) => ({ name })))
  })

  it('are applied by one of four that start at once', async () => {
    await empty()
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => migrate(db())))
    expect(outcomes.every(({ ok }) => ok)).toBe(true)
    expect(outcomes.flatMap((outcome) => (outcome.ok ? outcome.applied : []))).toEqual(FILES)
  })

  it('are refused where one was changed after it was applied', async () => {
    await sql`update migrations set sha256 = 'other' where name = ${FILES[0]}`.execute(db())
    expect(await migrate(db())).toEqual({ ok: false, reason: 'changed', migration: FILES[0] })
    await sql`delete from migrations`.execute(db())
    await empty()
    await migrate(db())
  })

  it('are refused where a newer program was here, and nothing is changed', async () => {
    await db().insertInto('migrations').values({ name: '9999-later.sql', sha256: 'x' }).execute()
    await sql`delete from migrations where name = ${FILES.at(-1)}`.execute(db())
    expect(await migrate(db())).toEqual({ ok: false, reason: 'unknown', migration: '9999-later.sql' })
    expect(await db().selectFrom('migrations').select('name').execute()).toHaveLength(FILES.length)
    await empty()
    await migrate(db())
  })
})
