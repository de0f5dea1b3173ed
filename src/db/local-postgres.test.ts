import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { acquireLocalPostgres } from './local-postgres.ts'
import { npmBinaries } from './local-postgres/binaries.ts'
import { processExists, readLockFile, worksIn } from './local-postgres/lock-file.ts'

const asRoot = process.geteuid?.() === 0
const onLinux = process.platform === 'linux'

let root: string
let made: string
const children: ChildProcess[] = []

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'broadsheet-postgres-')))
  made = join(root, 'made', 'postgres')
  const local = await acquireLocalPostgres({ folder: made })
  await local.release()
}, 60_000)

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) await killNow(child)
  }
  for (const folder of await readdir(root)) await killServer(join(root, folder, 'postgres'))
}, 60_000)

afterAll(async () => {
  const left = spawnedIn(root)
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
  expect(left).toEqual([])
}, 60_000)

/** A data folder of this test's own. */
const freshFolder = async () => join(await mkdtemp(join(root, 'data-')), 'postgres')

/** The same with a database in it, as `cp -r` or a restored backup would leave it. */
async function folderWithDatabase(): Promise<string> {
  const folder = await freshFolder()
  await cp(made, folder, { recursive: true })
  await chmod(folder, 0o700)
  return folder
}

type Said = { system?: string; milliseconds?: number; written?: number; lost?: string; done?: boolean }

/** Another process that uses the folder. */
function holder(folder: string, args: string[] = [], env: Record<string, string> = {}) {
  const script = join(import.meta.dirname, 'testing', 'hold-postgres.ts')
  const child = spawn(process.execPath, [script, folder, ...args], { env: { ...process.env, ...env } })
  children.push(child)
  const said: Said[] = []
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line) as Said))
  const says = (what: (said: Said) => boolean) =>
    until(() => {
      if (child.exitCode) throw new Error(errors)
      return said.find(what)
    })
  return {
    child,
    said,
    ready: () => says((line) => line.system !== undefined),
    says,
    release: async () => {
      child.stdin.end()
      await says((line) => line.done === true)
      await until(() => child.exitCode !== null)
      expect({ code: child.exitCode, errors }).toEqual({ code: 0, errors: '' })
    },
  }
}

async function until<T>(found: () => T | Promise<T>, milliseconds = 60_000): Promise<NonNullable<T>> {
  const end = performance.now() + milliseconds
  for (;;) {
    const value = await found()
    if (value) return value
    if (performance.now() > end) throw new Error(`waited ${milliseconds} ms in vain for ${found.toString()}`)
    await sleep(5)
  }
}

async function killNow(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

const childrenOf = (pid: number) => listed(['-P', String(pid)])
const spawnedIn = (path: string) => listed(['-f', path])

function listed(args: string[]): number[] {
  try {
    return execFileSync('pgrep', args, { encoding: 'utf8' }).trim().split('\n').map(Number)
  } catch {
    return []
  }
}

async function killServer(folder: string): Promise<void> {
  const lock = await readLockFile(folder).catch(() => undefined)
  if (lock === undefined || (await worksIn({ pid: lock.pid, folder })) !== true) return
  const all = [lock.pid, ...childrenOf(lock.pid)]
  for (const pid of all) if (processExists(pid)) process.kill(pid, 'SIGKILL')
  await until(async () =>
    (await Promise.all(all.map((pid) => worksIn({ pid, folder })))).every((runs) => !runs),
  )
}

async function isRunning(folder: string): Promise<boolean> {
  const lock = await readLockFile(folder)
  return lock !== undefined && (await worksIn({ pid: lock.pid, folder })) === true
}

async function ask(address: pg.ClientConfig, sql: string) {
  const client = new pg.Client(address)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

describe('a data folder with its own PostgreSQL', { timeout: 120_000 }, () => {
  it('is made at the first start, found again at the next, and stopped by the last to leave', async () => {
    const folder = await freshFolder()
    const log = vi.fn()
    const times: number[] = []
    for (let start = 0; start < 2; start += 1) {
      const asked = performance.now()
      const local = await acquireLocalPostgres({ folder, log })
      times.push(Math.round(performance.now() - asked))
      if (start === 0) await ask(local.address, "create table kept as select 'Æther' as word")
      expect(await ask(local.address, 'select lower(word) as word from kept')).toEqual([{ word: 'æther' }])
      await local.release()
      expect(await isRunning(folder)).toBe(false)
      expect(spawnedIn(folder)).toEqual([])
    }
    console.info(`PostgreSQL: first start ${times[0]} ms, restart ${times[1]} ms`)
    expect(log).toHaveBeenCalledTimes(1)
    expect((await readdir(join(folder, '..'))).toSorted()).toEqual(['postgres', 'postgres.log'])
  })

  it('keeps what durability needs, and listens to nobody but its owner', async () => {
    const folder = await folderWithDatabase()
    const local = await acquireLocalPostgres({ folder })
    const rows = await ask(
      local.address,
      `select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit',
         'listen_addresses', 'server_encoding') order by name`,
    )
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      full_page_writes: 'on',
      listen_addresses: '',
      server_encoding: 'UTF8',
      synchronous_commit: 'on',
    })
    expect((await stat(local.address.host)).mode & 0o777).toBe(0o700)
    expect((await stat(folder)).uid === 0).toBe(false)
    await local.release()
  })

  it('loses no committed row when everything is killed in the middle of writing', async () => {
    const folder = await folderWithDatabase()
    const writer = holder(folder, ['write'])
    await writer.says((line) => (line.written ?? 0) >= 200)
    writer.child.kill('SIGKILL')
    await killServer(folder)
    const last = writer.said.at(-1)?.written
    expect(existsSync(join(folder, 'postmaster.pid'))).toBe(true)

    const local = await acquireLocalPostgres({ folder })
    const [row] = await ask(local.address, 'select count(*)::int as rows, max(id) as last from written')
    expect(row.last).toBeGreaterThanOrEqual(last ?? Infinity)
    expect(row.rows).toBe(row.last)
    await local.release()
  })

  it('survives the death of the process that started it, and ends with the next that leaves', async () => {
    const folder = await folderWithDatabase()
    const first = holder(folder)
    await first.ready()
    const server = await readLockFile(folder)
    await killNow(first.child)
    expect(await isRunning(folder)).toBe(true)

    const local = await acquireLocalPostgres({ folder })
    expect((await readLockFile(folder))?.pid).toBe(server?.pid)
    // The killed process's connection is closed by the system; its server process may take a moment to notice.
    await until(async () => {
      const [row] = await ask(
        local.address,
        "select count(*)::int as leases from pg_stat_activity where application_name = 'broadsheet lease'",
      )
      return row.leases === 1
    })
    await local.release()
    expect(await isRunning(folder)).toBe(false)
  })

  it('starts anew when only the postmaster was killed, and tells who lost it', async () => {
    const folder = await folderWithDatabase()
    const onLost = vi.fn()
    const before = await acquireLocalPostgres({ folder, onLost })
    const server = await readLockFile(folder)
    process.kill(server?.pid ?? 0, 'SIGKILL')

    const after = await acquireLocalPostgres({ folder })
    expect((await readLockFile(folder))?.pid).not.toBe(server?.pid)
    await until(() => onLost.mock.calls.length > 0)
    await before.release()
    expect(onLost).toHaveBeenCalledTimes(1)
    expect(await ask(after.address, 'select 1 as one')).toEqual([{ one: 1 }])
    await after.release()
    expect(await isRunning(folder)).toBe(false)
  })

  it.skipIf(!onLinux)(
    'starts over the lock files of a dead server whose number now is somebody else',
    async () => {
      const folder = await folderWithDatabase()
      const writer = holder(folder)
      await writer.ready()
      const server = await readLockFile(folder)
      await killNow(writer.child)
      await killServer(folder)
      // A process of the same user, since PostgreSQL itself sees through one of another user.
      const owner = await stat(folder)
      const stranger = spawn('sleep', ['600'], { cwd: '/', uid: owner.uid, gid: owner.gid })
      onTestFinished(() => void stranger.kill('SIGKILL'))
      for (const file of ['postmaster.pid', '.s.PGSQL.5432.lock']) {
        const text = await readFile(join(folder, file), 'utf8')
        expect(text.startsWith(`${server?.pid}\n`)).toBe(true)
        await writeFile(join(folder, file), text.replace(/^\d+/, String(stranger.pid)))
      }

      const local = await acquireLocalPostgres({ folder })
      expect(await ask(local.address, 'select 1 as one')).toEqual([{ one: 1 }])
      await local.release()
      expect(processExists(stranger.pid ?? 0)).toBe(true)
    },
  )

  it('starts over a lock file that was never filled', async () => {
    const folder = await folderWithDatabase()
    const file = join(folder, 'postmaster.pid')
    await writeFile(file, '')
    await utimes(file, new Date(2026, 0, 1), new Date(2026, 0, 1))
    const local = await acquireLocalPostgres({ folder })
    expect(await ask(local.address, 'select 1 as one')).toEqual([{ one: 1 }])
    await local.release()
  })

  it('serves several processes until the last one leaves', async () => {
    const folder = await folderWithDatabase()
    const one = holder(folder)
    const two = holder(folder)
    const systems = await Promise.all([one.ready(), two.ready()])
    expect(systems[0].system).toBe(systems[1].system)
    await one.release()
    expect(await isRunning(folder)).toBe(true)
    await two.release()
    expect(await isRunning(folder)).toBe(false)
    expect([...one.said, ...two.said].filter((line) => line.lost)).toEqual([])
  })

  it('is made once when eight processes start at the same time', async () => {
    const folder = await freshFolder()
    const all = Array.from({ length: 8 }, () => holder(folder))
    const systems = await Promise.all(all.map((each) => each.ready()))
    expect(new Set(systems.map((each) => each.system)).size).toBe(1)
    await Promise.all(all.map((each) => each.release()))
    expect(await isRunning(folder)).toBe(false)
    expect(spawnedIn(folder)).toEqual([])
    expect((await readdir(join(folder, '..'))).toSorted()).toEqual(['postgres', 'postgres.log'])
  })

  it('is there for everyone who comes while others leave', async () => {
    const folder = await folderWithDatabase()
    const all = Array.from({ length: 3 }, () => holder(folder, ['loop', '10']))
    await Promise.all(all.map((each) => each.release()))
    for (const { said } of all) {
      expect(said.filter((line) => line.system)).toHaveLength(10)
      expect(said.filter((line) => line.lost)).toEqual([])
    }
    expect(await isRunning(folder)).toBe(false)
  })

  it('may be held and left by one process many times', async () => {
    const folder = await folderWithDatabase()
    const locals = await Promise.all([1, 2, 3].map(() => acquireLocalPostgres({ folder })))
    await Promise.all(locals.flatMap((local) => [local.release(), local.release()]))
    expect(await isRunning(folder)).toBe(false)
  })

  it('comes out whole when its making was killed', async () => {
    const folder = await freshFolder()
    const drafts = async () =>
      (await readdir(join(folder, '..'))).filter((name) => name.startsWith('postgres.new-'))
    const first = holder(folder)
    await until(async () => {
      const [draft] = await drafts()
      return draft !== undefined && existsSync(join(folder, '..', draft, 'PG_VERSION'))
    })
    await killNow(first.child)
    expect(existsSync(folder)).toBe(false)

    const local = await acquireLocalPostgres({ folder })
    expect(await ask(local.address, 'select 1 as one')).toEqual([{ one: 1 }])
    await local.release()
    // An initdb that outlived its starter may have written on; the next start clears that away.
    await (await acquireLocalPostgres({ folder })).release()
    expect(await drafts()).toEqual([])
  })

  it('has a short path to its socket however long its own path is', async () => {
    const short = await freshFolder()
    const folder = join(short, '..', 'a-long-name-'.repeat(10), 'postgres')
    const one = holder(folder)
    await one.ready()
    // Found by the server's own word, not by guessing the same temporary folder.
    const two = holder(folder, [], { TMPDIR: join(root, 'made') })
    expect((await two.ready()).system).toBe((await one.ready()).system)
    const lock = await readLockFile(folder)
    const sockets = await stat(lock?.socketDirectory ?? '')
    expect(sockets.mode & 0o777).toBe(0o700)
    expect(sockets.uid).toBe((await stat(folder)).uid)
    onTestFinished(() => rm(lock?.socketDirectory ?? '', { recursive: true }))
    await two.release()
    await one.release()
    expect(await isRunning(folder)).toBe(false)
  })

  it('is the same one through a symbolic link', async () => {
    const folder = await folderWithDatabase()
    const link = join(folder, '..', 'link')
    await symlink(folder, link)
    const direct = await acquireLocalPostgres({ folder })
    const linked = await acquireLocalPostgres({ folder: link })
    expect(linked.address).toEqual(direct.address)
    await direct.release()
    expect(await isRunning(folder)).toBe(true)
    await linked.release()
    expect(await isRunning(folder)).toBe(false)
  })

  it('empties its log when that has grown too long', async () => {
    const folder = await folderWithDatabase()
    const logFile = join(folder, '..', 'server.log')
    await writeFile(logFile, 'x'.repeat(10 * 1024 * 1024 + 1))
    const local = await acquireLocalPostgres({ folder, logFile })
    await local.release()
    const text = await readFile(logFile, 'utf8')
    expect(text.length).toBeLessThan(10_000)
    expect(text).toContain('ready to accept connections')
  })
})

describe('as root', { timeout: 120_000 }, () => {
  /** The programs, copied to where the rights are those of the test and not of this checkout. */
  async function programsBeside(folder: string) {
    const { postgres } = await npmBinaries()
    const copy = join(folder, '..', 'native')
    await cp(join(dirname(postgres), '..'), copy, { recursive: true, verbatimSymlinks: true })
    return { postgres: join(copy, 'bin', 'postgres'), initdb: join(copy, 'bin', 'initdb') }
  }

  it.skipIf(!asRoot)('works below a folder that only root may enter', async () => {
    const folder = await freshFolder()
    const closed = await stat(join(folder, '..'))
    expect({ mode: closed.mode & 0o777, uid: closed.uid }).toEqual({ mode: 0o700, uid: 0 })
    const local = await acquireLocalPostgres({ folder })
    const server = await readLockFile(folder)
    expect((await stat(`/proc/${server?.pid}`)).uid).not.toBe(0)
    await local.release()
  })

  it.skipIf(!asRoot || !onLinux)('works in a folder that all may enter', async () => {
    const folder = await folderWithDatabase()
    await chmod(root, 0o755)
    onTestFinished(() => chmod(root, 0o700))
    await chmod(join(folder, '..'), 0o755)
    const local = await acquireLocalPostgres({ folder, binaries: await programsBeside(folder) })
    const server = await readLockFile(folder)
    expect(await readFile(`/proc/${server?.pid}/status`, 'utf8')).toMatch(/^CapEff:\s*0+$/m)
    await local.release()
  })

  it.skipIf(!asRoot || !onLinux)('works with programs that only root may reach', async () => {
    const folder = await freshFolder()
    const local = await acquireLocalPostgres({ folder, binaries: await programsBeside(folder) })
    expect(await ask(local.address, 'select 1 as one')).toEqual([{ one: 1 }])
    await local.release()
  })

  it.skipIf(!asRoot || !onLinux)('works below a closed folder without setpriv', async () => {
    const folder = await freshFolder()
    const bin = join(folder, '..', 'bin')
    await mkdir(bin)
    for (const program of ['unshare', 'id', 'sh']) {
      await symlink(execFileSync('which', [program], { encoding: 'utf8' }).trim(), join(bin, program))
    }
    const local = await acquireLocalPostgres({ folder, searchPath: bin })
    expect(await ask(local.address, 'select 1 as one')).toEqual([{ one: 1 }])
    await local.release()
    expect(await isRunning(folder)).toBe(false)
    expect((await stat(folder)).uid).toBe(0)
    // And with setpriv again, on what is root's now.
    await (await acquireLocalPostgres({ folder })).release()
    expect((await stat(folder)).uid).not.toBe(0)
  })
})

describe('a folder that cannot be used', { timeout: 60_000 }, () => {
  it('is left alone when it holds something else', async () => {
    const folder = await freshFolder()
    await mkdir(folder)
    await writeFile(join(folder, 'thesis.tex'), 'Nearly done.')
    await expect(acquireLocalPostgres({ folder })).rejects.toThrow(
      /holds files that are no PostgreSQL database/,
    )
    expect(await readdir(folder)).toEqual(['thesis.tex'])
    expect(await readdir(join(folder, '..'))).toEqual(['postgres'])
  })

  it('is named with both versions when another PostgreSQL made it', async () => {
    const folder = await folderWithDatabase()
    await writeFile(join(folder, 'PG_VERSION'), '14\n')
    await expect(acquireLocalPostgres({ folder })).rejects.toThrow(/PostgreSQL 14 and .* PostgreSQL 18/)
    expect(await isRunning(folder)).toBe(false)
  })

  it('is told by the words of the server when it is damaged', async () => {
    const folder = await folderWithDatabase()
    await rm(join(folder, 'global', 'pg_control'))
    await expect(acquireLocalPostgres({ folder })).rejects.toThrow(/did not start in .*: .*postgres\.log/)
  })

  it('is refused when it is a file, or below one', async () => {
    const folder = await freshFolder()
    await writeFile(folder, '')
    await expect(acquireLocalPostgres({ folder })).rejects.toThrow(/is a file/)
    await expect(acquireLocalPostgres({ folder: join(folder, 'a', 'b') })).rejects.toThrow(
      /runs through a file/,
    )
  })

  it('says how to go on where npm brings no PostgreSQL', async () => {
    await expect(npmBinaries({ platform: 'sunos', arch: 'x64' })).rejects.toThrow(
      /sunos-x64: set DATABASE_URL/,
    )
    await expect(npmBinaries({ platform: 'darwin', arch: 'arm64' })).rejects.toThrow(
      /not installed: run npm install/,
    )
  })
})

// Debian and Ubuntu keep each major version in a folder of its own.
const debian = '/usr/lib/postgresql'
const older = existsSync(debian) ? (await readdir(debian)).find((major) => Number(major) < 17) : undefined

describe('an older PostgreSQL', { timeout: 60_000 }, () => {
  it.skipIf(older === undefined)('serves as well', async () => {
    const folder = await freshFolder()
    const bin = join(debian, older ?? '', 'bin')
    const binaries = { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') }
    const local = await acquireLocalPostgres({ folder, binaries })
    expect(
      await ask(local.address, "select current_setting('server_version_num')::int / 10000 as major"),
    ).toEqual([{ major: Number(older) }])
    await local.release()
    expect(await isRunning(folder)).toBe(false)
  })
})
