import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { readBackup } from '../src/db/backup/read-backup.ts'
import { acquireLocalPostgres } from '../src/db/local-postgres.ts'
import { openDatabase as openPool } from '../src/db/open.ts'
import { castVote } from '../src/ranking/votes.ts'
import { systemBinaries } from '../test/database-server.ts'
import {
  dataFolder,
  environment,
  importPapers,
  openDatabase,
  processesIn,
  PROGRAM,
  runVerb,
  startSite,
} from './site.ts'
import { sampleFolder, untilIndexed } from './use-site.ts'

const ADA = 'ada@readers.example'
const KILLS = 10
const SECRET = 'a secret that has signed the cookies of readers'

describe('A site moves to another machine', () => {
  const folders: string[] = []
  const toRemove = (folder: string) => {
    folders.push(folder)
    return folder
  }
  const newFolder = async () => toRemove(await dataFolder())
  afterAll(async () => {
    for (const folder of folders) {
      expect(await processesIn(folder)).toEqual([])
      await rm(folder, { recursive: true })
    }
  })

  /** Signs in by the link that an operator prints, and answers with the cookie. */
  async function signIn(data: string, origin: string): Promise<string> {
    const link = (await runVerb(data, ['user', 'link', ADA])).trim()
    expect(link.startsWith(`${origin}/sign-in/link?`)).toBe(true)
    const token = new URL(link).searchParams.get('token') ?? ''
    const answer = await fetch(`${origin}/sign-in/link`, {
      method: 'POST',
      body: new URLSearchParams({ token, to: '/' }),
      headers: { origin },
      redirect: 'manual',
    })
    expect(answer.status).toBe(303)
    return answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ')
  }

  it('by a backup that is written while it is read, and goes on with its readers signed in', async () => {
    const data = toRemove(await sampleFolder())
    await writeFile(join(data, 'settings.env'), `# Of this site\nCURATORS=${ADA}\nSITE_NAME="Broadsheet"\n`)
    const site = await startSite(data)
    await importPapers(data, [
      { id: '2611.00001', title: 'Tides of mountain lakes', abstract: 'Lakes swing.' },
    ])
    const cookie = await signIn(data, site.origin)
    const voted = await fetch(`${site.origin}/papers/2611.00001/vote`, {
      method: 'POST',
      body: new URLSearchParams({ vote: '1' }),
      headers: { origin: site.origin, cookie },
      redirect: 'manual',
    })
    expect(voted.status).toBe(303)

    const backups = join(data, 'backups')
    await mkdir(backups)
    let asked = 0
    const done = new AbortController()
    const readers = (async () => {
      while (!done.signal.aborted) {
        const answer = await fetch(`${site.origin}/papers/new`)
        expect(answer.status).toBe(200)
        await answer.text()
        asked++
      }
    })()
    expect(await runVerb(data, ['backup', backups])).toMatch(
      /^[\d,]+ rows of \d+ tables are in \S+\.zip\.\n$/,
    )
    done.abort()
    await readers
    expect(asked).toBeGreaterThan(0)
    const [name = ''] = await readdir(backups)
    const backup = join(await newFolder(), name)
    await writeFile(backup, await readFile(join(backups, name)))
    expect(await site.stop()).toBe(0)

    const elsewhere = await newFolder()
    const said = await runVerb(elsewhere, ['restore', backup])
    expect(said).toContain('rows are restored')
    const restored = await startSite(elsewhere)
    try {
      await untilIndexed(restored, 92)
      const page = await (await fetch(`${restored.origin}/papers/2611.00001`, { headers: { cookie } })).text()
      expect(page).toContain('Tides of mountain lakes')
      // Signed in, a curator by the settings that came along, and with their vote.
      expect(page).toContain('/desk')
      expect(page).toContain('aria-pressed="true"')
      await expect(runVerb(elsewhere, ['restore', backup])).rejects.toThrow('already holds a site')
      await expect(runVerb(elsewhere, ['user', 'link', 'nobody@readers.example'])).rejects.toThrow('--new')
    } finally {
      expect(await restored.stop()).toBe(0)
    }
  })

  /** Runs a verb and kills it without warning after some time; whether it had ended by itself. */
  async function runAndKill(
    data: string,
    args: string[],
    { afterMs, settings = {} }: { afterMs: number; settings?: Record<string, string> },
  ): Promise<{ ended: boolean }> {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      env: { ...environment(data), ...settings },
      stdio: 'ignore',
    })
    const exit = once(child, 'exit').then(() => true)
    const ended = await Promise.race([exit, delay(afterMs, false)])
    child.kill('SIGKILL')
    await exit
    return { ended }
  }

  async function backupOf(data: string): Promise<string> {
    const file = join(await newFolder(), 'site.zip')
    await runVerb(data, ['backup', file])
    return file
  }

  it('by a backup that is whole or not there, whenever its process is killed', async () => {
    const data = toRemove(await sampleFolder())
    const site = await startSite(data)
    try {
      const backups = await newFolder()
      const started = performance.now()
      await runVerb(data, ['backup', join(await newFolder(), 'first.zip')])
      const takes = performance.now() - started
      for (let n = 0; n < KILLS; n++) {
        const file = join(backups, `${n}.zip`)
        await runAndKill(data, ['backup', file], { afterMs: takes * (0.3 + 0.8 * Math.random()) })
      }
      // What has the name of a backup is one, with all that is in it.
      for (const name of (await readdir(backups)).filter((one) => one.endsWith('.zip'))) {
        const read = await readBackup(join(backups, name))
        expect([name, read.ok]).toEqual([name, true])
        if (!read.ok) continue
        const { manifest, zip, files } = read.backup
        for (const table of manifest.tables) {
          const entry = zip.entries.get(`tables/${table.name}.copy`)
          const text = entry ? String(await buffer(await zip.read(entry))) : ''
          expect([table.name, text.split('\n').length - 1]).toEqual([table.name, table.rows])
        }
        expect(files.has('secret')).toBe(true)
        zip.close()
      }
    } finally {
      expect(await site.stop()).toBe(0)
    }
  }, 300_000)

  it('into a database of its own, and is never taken for whole when its restore was killed', async () => {
    const data = toRemove(await sampleFolder())
    await writeFile(join(data, 'secret'), `${SECRET}\n`)
    const backup = await backupOf(data)
    const folder = await newFolder()
    const binaries = systemBinaries()
    if (binaries === null)
      console.warn('SKIPPED: this machine’s own PostgreSQL: there is none. Ours is used.')
    const server = await acquireLocalPostgres({
      folder: join(folder, 'server'),
      ...(binaries ? { binaries } : {}),
    })
    const admin = new pg.Client(server.address)
    await admin.connect()
    try {
      const newSite = async (name: string) => {
        await admin.query(`create database ${name}`)
        const { host = '', user = '' } = server.address as pg.ClientConfig
        const DATABASE_URL = `postgresql://${user}@localhost/${name}?host=${encodeURIComponent(host)}`
        return { elsewhere: await newFolder(), settings: { DATABASE_URL } }
      }
      const stateOf = async (name: string) => {
        // The server may still be ending the last statement of a process that was killed.
        await vi.waitFor(
          async () => {
            const { rows } = await admin.query<{ n: number }>(
              'select count(*)::int as n from pg_stat_activity where datname = $1',
              [name],
            )
            expect(rows[0]?.n).toBe(0)
          },
          { timeout: 30_000, interval: 50 },
        )
        const client = new pg.Client({ ...(server.address as pg.ClientConfig), database: name })
        await client.connect()
        const { rows } = await client.query<{ begun: boolean; filled: boolean }>(`
          select to_regclass('restoring') is not null as begun, to_regclass('migrations') is not null as filled`)
        const papers = rows[0]?.filled
          ? (await client.query<{ n: number }>('select count(*)::int as n from papers')).rows[0]?.n
          : 0
        await client.end()
        return rows[0] && { ...rows[0], papers }
      }
      const expectWhole = async ({ elsewhere, settings }: Awaited<ReturnType<typeof newSite>>) => {
        expect(await readFile(join(elsewhere, 'secret'), 'utf8')).toBe(`${SECRET}\n`)
        expect(await runVerb(elsewhere, ['rank', '--verify'], settings)).toMatch(/^91 papers/)
      }

      const first = await newSite('first')
      const started = performance.now()
      expect(await runVerb(first.elsewhere, ['restore', backup], first.settings)).toContain('is restored')
      const takes = performance.now() - started
      await expectWhole(first)

      let begun = 0
      for (let n = 0; n < KILLS; n++) {
        const name = `killed_${n}`
        const site = await newSite(name)
        await runAndKill(site.elsewhere, ['restore', backup], {
          afterMs: takes * (0.3 + 0.75 * Math.random()),
          settings: site.settings,
        })
        const state = await stateOf(name)
        if (state?.begun) {
          begun += 1
          // Every command asks the same; one of them serves.
          await expect(
            begun === 1
              ? startSite(site.elsewhere, site.settings)
              : runVerb(site.elsewhere, ['migrate'], site.settings),
          ).rejects.toThrow('its restore was interrupted')
        }
        if (!state?.filled || state.begun)
          expect(await runVerb(site.elsewhere, ['restore', backup], site.settings)).toContain(
            'rows are restored',
          )
        expect(await stateOf(name)).toMatchObject({ begun: false, filled: true, papers: 91 })
        expect(await readFile(join(site.elsewhere, 'secret'), 'utf8')).toBe(`${SECRET}\n`)
      }
    } finally {
      await admin.end()
      await server.release()
    }
  }, 600_000)

  it('by a backup that is of one moment, while readers vote', async () => {
    const data = toRemove(await sampleFolder())
    const site = await startSite(data)
    const pool = openPool(
      { host: join(data, 'postgres'), user: 'broadsheet', database: 'broadsheet' },
      { onError: () => {} },
    )
    const [a, b] = await Promise.all([newFolder(), newFolder()])
    let cast = 0
    let file = ''
    let atStart = 0
    try {
      const papers = (await pool.selectFrom('papers').select('id').execute()).map(({ id }) => id)
      const done = new AbortController()
      const voting = Promise.all(
        Array.from({ length: 4 }, async (_, n) => {
          for (let round = 0; !done.signal.aborted; round++) {
            const { id } = await pool
              .insertInto('readers')
              .values({ email: `${n}-${round}@readers.example`, email_verified: true })
              .returning('id')
              .executeTakeFirstOrThrow()
            for (let i = 0; i < 5; i++) {
              const paperId = papers[(n * 31 + round * 7 + i) % papers.length] ?? 0
              await castVote(pool, { paperId, voter: { id, trusted: true }, now: new Date() })
              cast += 1
            }
          }
        }),
      )
      await vi.waitFor(() => expect(cast).toBeGreaterThanOrEqual(40), { timeout: 60_000 })
      atStart = cast
      file = join(a, 'under-load.zip')
      await runVerb(data, ['backup', file])
      done.abort()
      await voting
    } finally {
      await pool.destroy()
      expect(await site.stop()).toBe(0)
    }
    await runVerb(b, ['restore', file])
    expect(await runVerb(b, ['rank', '--verify'])).toMatch(/^91 papers/)
    const restored = await startSite(b)
    const client = await openDatabase(b)
    const { rows } = await client.query<{ votes: number; counted: number; events: number }>(`
      select (select count(*)::int from votes) as votes, (select sum(votes)::int from papers) as counted,
        (select count(*)::int from signals where kind = 'vote') as events`)
    await client.end()
    expect(await restored.stop()).toBe(0)
    const [found] = rows
    const votes = found?.votes ?? 0
    expect(found).toEqual({ votes, counted: votes, events: votes })
    expect(votes).toBeGreaterThanOrEqual(atStart)
    expect(votes).toBeLessThan(cast)
  }, 180_000)
})
