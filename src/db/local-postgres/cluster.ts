import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Binaries } from './binaries.ts'
import { LocalPostgresError } from './error.ts'
import { processExists } from './lock-file.ts'
import { command, findRunner, named, type Runner } from './run-as.ts'

const run = promisify(execFile)

export const USER = 'broadsheet'

/**
 * Makes sure that the folder holds a PostgreSQL cluster, creating it where the folder is absent or empty, and finds
 * how to run it. Several processes may do so at once, and any may be killed: the cluster appears whole or not at all.
 * Throws LocalPostgresError, with nothing touched, for a folder that holds something else.
 */
export async function prepareCluster({
  folder,
  binaries,
  searchPath,
  log,
}: {
  folder: string
  binaries: Binaries
  searchPath: string
  log: (message: string) => void
}): Promise<Runner> {
  for (;;) {
    const busy = await clearAbandoned(folder)
    const version = await clusterVersion(folder)
    if (version !== undefined) {
      const runner = await findRunner({ folder, binaries, searchPath })
      if (version !== runner.major) {
        throw new LocalPostgresError(
          `${folder} was made by PostgreSQL ${version} and this Broadsheet brings PostgreSQL ${runner.major}: start ` +
            'the Broadsheet that made it, export there, and import into a new data folder.',
        )
      }
      return runner
    }
    // Only to save work: two that come this far at the same time both succeed, and one result is thrown away.
    if (busy) await sleep(25)
    else await create({ folder, binaries, searchPath, log })
  }
}

async function clusterVersion(folder: string): Promise<number | undefined> {
  let names: string[]
  try {
    names = await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  if (names.length === 0) return undefined
  const version = names.includes('PG_VERSION') ? await readFile(join(folder, 'PG_VERSION'), 'utf8') : ''
  if (!names.includes('global') || !/^\d+\s*$/.test(version)) {
    throw new LocalPostgresError(
      `${folder} holds files that are no PostgreSQL database: move them away, or choose another BROADSHEET_DATA.`,
    )
  }
  return Number(version)
}

// The folders in which this process is making a cluster now: its number alone would not tell them from those of an
// earlier process of the same number, as in a container, where numbers start anew.
const underway = new Set<string>()

const LONGEST_INITDB_MS = 120_000

// Removes what killed starters left; says whether a living one is at work.
async function clearAbandoned(folder: string): Promise<boolean> {
  let busy = false
  const prefix = `${basename(folder)}.new-`
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(prefix)) continue
    const path = join(dirname(folder), name)
    const pid = Number.parseInt(name.slice(prefix.length), 10)
    const age = await stat(path).then(
      (found) => Date.now() - found.mtimeMs,
      () => undefined,
    )
    if (age === undefined) continue
    const alive = pid === process.pid ? underway.has(path) : processExists(pid)
    if (alive && age < LONGEST_INITDB_MS) busy = true
    // The initdb of a killed starter may still write: what cannot be removed now is removed at another start.
    else await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
  }
  return busy
}

async function create({
  folder,
  binaries,
  searchPath,
  log,
}: {
  folder: string
  binaries: Binaries
  searchPath: string
  log: (message: string) => void
}): Promise<void> {
  const draft = `${folder}.new-${process.pid}-${randomBytes(4).toString('hex')}`
  underway.add(draft)
  try {
    await mkdir(draft, { mode: 0o700 })
    log(`Making a new PostgreSQL database in ${folder}`)
    const runner = await named(await findRunner({ folder: draft, binaries, searchPath }))
    await initdb({ draft, runner, program: binaries.initdb })
    try {
      await rename(draft, folder)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOTEMPTY' || code === 'EEXIST') return
      if (code === 'EBUSY') {
        throw new LocalPostgresError(`${folder} is a mount point: mount ${dirname(folder)} instead.`, {
          cause: error,
        })
      }
      throw error
    }
    await syncFolder(dirname(folder))
  } finally {
    await rm(draft, { recursive: true, force: true, maxRetries: 3 })
    underway.delete(draft)
  }
}

async function initdb({ draft, runner, program }: { draft: string; runner: Runner; program: string }) {
  // initdb's own fsync of its 970 files stays: it takes 0.1 s of 1.4.
  const args = ['-D', draft, '-U', USER, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-instructions']
  // The same order and the same case mapping on every machine and after every upgrade of its C library.
  if (runner.major >= 17) args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8')
  const { file, args: rest, options } = command({ runner, program, args })
  try {
    await run(file, rest, options)
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr ?? ''
    if (/No space left|Disk quota/i.test(said)) {
      throw new LocalPostgresError(`The disk of ${dirname(draft)} is full: free 100 MB, then start again.`, {
        cause,
      })
    }
    const reason = said.split('\n').find((line) => /error|fatal/i.test(line)) ?? (cause as Error).message
    throw new LocalPostgresError(
      `PostgreSQL could not make a database in ${dirname(draft)}: ${reason.trim()}.`,
      {
        cause,
      },
    )
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
