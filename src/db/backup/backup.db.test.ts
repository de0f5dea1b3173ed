import { randomUUID } from 'node:crypto'
import { createWriteStream, mkdtempSync, rmSync, truncateSync, writeFileSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable, type Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { sql, type Kysely } from 'kysely'
import { afterAll, afterEach, expect, inject, it } from 'vitest'
import { ZipFile } from 'yazl'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { signIn } from '../../../test/readers.ts'
import { openPeopledSite } from '../../../test/security/peopled-site.fixture.ts'
import { snapshot } from '../../../test/security/snapshot.fixture.ts'
import { NOON, TIME_ZONE } from '../../../test/site.ts'
import { verifyHeat } from '../../ranking/verify-heat.ts'
import { recordHarvest } from '../../sources/record-harvest.ts'
import { migrate } from '../migrate.ts'
import { openDatabase, type DatabaseAddress } from '../open.ts'
import type { Database } from '../schema.ts'
import type { KeptFile, Manifest } from './manifest.ts'
import { openZip } from './open-zip.ts'
import { readBackup } from './read-backup.ts'
import { restoreBackup } from './restore-backup.ts'
import { writeBackup } from './write-backup.ts'

/** Copies a backup, with another manifest. */
async function rewriteManifest(from: string, to: string, manifest: Manifest): Promise<void> {
  const source = await openZip(from)
  const copy = new ZipFile()
  if (!source) throw new Error(`${from} is no ZIP file`)
  for (const [name, entry] of source.entries)
    copy.addBuffer(
      name === 'manifest.json'
        ? Buffer.from(JSON.stringify(manifest))
        : await buffer(await source.read(entry)),
      name,
    )
  copy.end()
  await pipeline(copy.outputStream as Readable, createWriteStream(to))
  source.close()
}

const FILES = new Map<KeptFile, Buffer>([
  ['secret', Buffer.from('a secret that signs the cookies of readers\n')],
])

describeWithDatabase('a backup', (db) => {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-backup-'))
  const made: string[] = []
  let count = 0
  const file = () => join(folder, `${++count}.zip`)

  async function administer(statement: ReturnType<typeof sql>) {
    const admin = openDatabase({ ...inject('server') }, { size: 1, onError: () => {} })
    await statement.execute(admin)
    await admin.destroy()
  }
  async function newDatabase(): Promise<DatabaseAddress> {
    const database = `restored_${randomUUID().replaceAll('-', '')}`
    made.push(database)
    await administer(sql`create database ${sql.id(database)}`)
    return { ...inject('server'), database }
  }
  async function here(): Promise<DatabaseAddress> {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    return { ...inject('server'), database: rows[0]?.name ?? '' }
  }
  async function backUp(options: { signal?: AbortSignal; onProgress?: (table: string) => void } = {}) {
    const path = file()
    const manifest = await writeBackup(await here(), createWriteStream(path), {
      files: FILES,
      program: '1.2.3',
      now: NOON,
      ...options,
    })
    return { path, manifest }
  }
  const recordSome = async () => {
    const papers = Array.from({ length: 50 }, (_, n) =>
      stated(`2601.${String(n + 1).padStart(5, '0')}`, { title: `Paper ${n}`, abstract: `${n ** 7} words` }),
    )
    await recordHarvest(db(), papers, { now: NOON, timeZone: TIME_ZONE })
    await signIn(db(), { email: 'ada@readers.example' })
  }
  async function restoreFrom(
    to: DatabaseAddress,
    path: string,
    options?: Parameters<typeof restoreBackup>[2],
  ) {
    const read = await readBackup(path)
    if (!read.ok) return read
    const outcome = await restoreBackup(to, read.backup, options).finally(() => read.backup.zip.close())
    return outcome.ok ? { ok: true, ...read.backup } : outcome
  }
  async function within<T>(
    address: DatabaseAddress,
    look: (restored: Kysely<Database>) => Promise<T>,
  ): Promise<T> {
    const restored = openDatabase(address, { size: 2, onError: () => {} })
    try {
      return await look(restored)
    } finally {
      await restored.destroy()
    }
  }
  const isEmpty = (address: DatabaseAddress) =>
    within(address, async (restored) => {
      const { rows } = await sql<{ n: number }>`
        select count(*) as n from pg_class where relnamespace = 'public'::regnamespace`.execute(restored)
      return rows[0]?.n === 0
    })

  afterEach(async () => {
    for (const database of made.splice(0))
      await administer(sql`drop database if exists ${sql.id(database)} with (force)`)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('restores everything, and the site goes on from there', async () => {
    await openPeopledSite(db())
    const { path, manifest } = await backUp()
    const address = await newDatabase()
    expect(await restoreFrom(address, path)).toMatchObject({ ok: true, manifest, files: FILES })
    await within(address, async (restored) => {
      // When a migration was applied is of the database, not of the site.
      const whole = async (of: Kysely<Database>) => ({ ...(await snapshot(of)), migrations: null })
      expect(await whole(restored)).toEqual(await whole(db()))
      expect(await migrate(restored)).toEqual({ ok: true, applied: [] })
      // Triggers count again, and numbers are given on.
      const paper = stated('2601.00077', { title: 'After the flood' })
      const recorded = await Promise.all(
        [restored, db()].map((on) => recordHarvest(on, [paper], { now: NOON, timeZone: TIME_ZONE })),
      )
      expect(recorded[0]).toEqual(recorded[1])
      expect((await snapshot(restored))['edition_counts']).toEqual((await snapshot(db()))['edition_counts'])
      expect((await verifyHeat(restored)).differences).toEqual([])
    })
  })

  it('is of one moment, while the site goes on', async () => {
    const paper = (n: number) => stated(`2601.${String(n).padStart(5, '0')}`, { title: `Paper ${n}` })
    await recordHarvest(db(), [paper(1)], { now: NOON, timeZone: TIME_ZONE })
    const before = await snapshot(db())
    let n = 1
    let writing = Promise.resolve()
    const { path } = await backUp({
      onProgress: () => {
        writing = writing.then(
          async () => void (await recordHarvest(db(), [paper(++n)], { now: NOON, timeZone: TIME_ZONE })),
        )
      },
    })
    await writing
    expect(n).toBeGreaterThan(5)
    const address = await newDatabase()
    expect(await restoreFrom(address, path)).toMatchObject({ ok: true })
    const restored = await within(address, snapshot)
    expect({ ...restored, migrations: null }).toEqual({ ...before, migrations: null })
  })

  it('is refused when it is cut off, altered, of a newer version or none at all, and leaves the database empty', async () => {
    await recordSome()
    const { path } = await backUp()
    const bytes = readFileSync(path)
    const address = await newDatabase()
    const altered = (change: (copy: Buffer) => Buffer) => {
      const name = file()
      writeFileSync(name, change(Buffer.from(bytes)))
      return name
    }
    const cut = altered((copy) => copy)
    truncateSync(cut, bytes.length - 100)
    const refusals: [string, string][] = [
      [cut, 'no-backup'],
      [altered(() => Buffer.from('PK not a ZIP file')), 'no-backup'],
      [altered(() => Buffer.alloc(0)), 'no-backup'],
    ]
    // One flipped bit in the rows of a table.
    const zip = await openZip(path)
    const papers = zip?.entries.get('tables/papers.copy')
    zip?.close()
    const start = (papers?.relativeOffsetOfLocalHeader ?? 0) + 100
    for (const at of [start, start + Math.floor((papers?.compressedSize ?? 0) / 2)])
      refusals.push([
        altered((copy) => {
          copy[at] = (copy[at] ?? 0) ^ 0x10
          return copy
        }),
        'damaged',
      ])
    for (const [name, reason] of refusals) {
      const outcome = await restoreFrom(address, name)
      expect([name, outcome]).toEqual([name, { ok: false, reason }])
      expect(await isEmpty(address)).toBe(true)
    }
    await sql`update migrations set sha256 = 'of a later program' where name like '0007%'`.execute(db())
    const newer = await backUp()
    expect(await restoreFrom(address, newer.path)).toEqual({ ok: false, reason: 'newer' })
    await within(address, async (fresh) => {
      const migrations = await migrate(fresh)
      expect(migrations.ok).toBe(true)
      const { rows } = await sql<{
        sha256: string
      }>`select sha256 from migrations where name like '0007%'`.execute(fresh)
      await sql`update migrations set sha256 = ${rows[0]?.sha256} where name like '0007%'`.execute(db())
    })
    expect(await restoreFrom(address, path)).toEqual({ ok: false, reason: 'not-empty' })
    await expect(restoreFrom(address, join(folder, 'none.zip'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is refused when its manifest was changed: tables, columns, numbers or migrations that are not the schema’s', async () => {
    await recordSome()
    const { path, manifest } = await backUp()
    const address = await newDatabase()
    const changed = async (change: (copy: Manifest) => unknown) => {
      const copy = structuredClone(manifest)
      change(copy)
      const name = file()
      await rewriteManifest(path, name, copy)
      return name
    }
    const refusals: [(copy: Manifest) => unknown, string][] = [
      [(copy) => copy.tables.pop(), 'damaged'],
      [(copy) => copy.tables[0]?.columns.pop(), 'damaged'],
      [(copy) => copy.tables[0]?.columns.splice(0, 1, copy.tables[0]?.columns[1] ?? ''), 'damaged'],
      [(copy) => copy.sequences.pop(), 'damaged'],
      [(copy) => Object.assign(copy.sequences[0] ?? {}, { last: 0 }), 'damaged'],
      [(copy) => copy.migrations.splice(3, 1), 'damaged'],
      [(copy) => copy.migrations.push({ name: '9999-later.sql', sha256: '00' }), 'newer'],
      [(copy) => Object.assign(copy, { version: 2, tables: { laid: 'out otherwise' } }), 'newer'],
      [(copy) => Object.assign(copy, { format: 'another-program' }), 'damaged'],
    ]
    for (const [change, reason] of refusals)
      expect([String(change), await restoreFrom(address, await changed(change))]).toEqual([
        String(change),
        { ok: false, reason },
      ])
    expect(await isEmpty(address)).toBe(true)
  })

  it('ends when it is asked to, and when its file cannot be written', async () => {
    await recordSome()
    const id = { name: 'database_id', value: JSON.stringify('which the index names') }
    await db().insertInto('site_state').values(id).execute()
    const asked = new AbortController()
    await expect(
      backUp({ signal: asked.signal, onProgress: (table) => table === 'papers' && asked.abort() }),
    ).rejects.toThrow('aborted')
    const full = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('no space'), { code: 'ENOSPC' })),
    })
    await expect(
      writeBackup(await here(), full, { files: FILES, program: '1', now: NOON }),
    ).rejects.toMatchObject({ code: 'ENOSPC' })
    const { path } = await backUp()
    const address = await newDatabase()
    const stopped = new AbortController()
    await expect(
      restoreFrom(address, path, {
        signal: stopped.signal,
        onProgress: (table) => table === 'votes' && stopped.abort(),
      }),
    ).rejects.toThrow('aborted')
    expect(await isEmpty(address)).toBe(true)
    expect(await restoreFrom(address, path)).toMatchObject({ ok: true })
    // A search index of the site as it went on after this backup must not be taken for one of this database.
    expect(await within(address, (fresh) => fresh.selectFrom('site_state').select('name').execute())).toEqual(
      [],
    )
  })
})
