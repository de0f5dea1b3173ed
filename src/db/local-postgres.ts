import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeFailure } from '../runtime/describe-failure.ts'
import { makeFolder } from '../runtime/make-folder.ts'
import { type Binaries, npmBinaries } from './local-postgres/binaries.ts'
import { prepareCluster } from './local-postgres/cluster.ts'
import { LocalPostgresError } from './local-postgres/error.ts'
import { type ServerConnection, giveUpLease, takeLease } from './local-postgres/lease.ts'
import {
  clearEmptyLockFile,
  disownLockFiles,
  processExists,
  readLockFile,
  worksIn,
} from './local-postgres/lock-file.ts'
import { SYSTEM_PATH } from './local-postgres/run-as.ts'
import { boundLog, failure, type Postmaster, startPostmaster } from './local-postgres/start.ts'

/** A lease on the PostgreSQL server of a data folder; the server runs as long as any process holds one. */
export type LocalPostgres = {
  /** Options for pg's Client and Pool. */
  address: ServerConnection
  /** For a person who has psql: the command that opens this database. */
  psqlCommand: string
  /** Ends the lease, and the server when nobody else holds one; close your own connections first. */
  release(): Promise<void>
}

/**
 * Gets the PostgreSQL server that lives in `folder`, making and starting it where needed, and holds it open until
 * `release()` or the end of this process, however it ends. Its log is `<folder>.log`. `timeoutMs` (60,000) is how long
 * it may fail to answer; while it recovers from a crash it is waited for. `onLost` hears when the server went away.
 * `searchPath` is where the system's programs are looked for that change the user when this runs as root.
 * Throws LocalPostgresError, whose message says what to do, for what an operator can mend.
 */
export async function acquireLocalPostgres({
  folder: path,
  logFile,
  binaries,
  searchPath = SYSTEM_PATH,
  log = () => undefined,
  timeoutMs = 60_000,
  onLost = () => undefined,
}: {
  folder: string
  logFile?: string
  binaries?: Binaries
  searchPath?: string
  log?: (message: string) => void
  timeoutMs?: number
  onLost?: (error: Error) => void
}): Promise<LocalPostgres> {
  if (process.platform === 'win32') {
    throw new LocalPostgresError(
      'Broadsheet keeps no PostgreSQL of its own on Windows: use WSL, or set DATABASE_URL.',
    )
  }
  try {
    const folder = await realFolder(path)
    const { lease, connection } = await startAndLease({
      folder,
      logFile: logFile ?? join(dirname(folder), `${basename(folder)}.log`),
      binaries,
      searchPath,
      log,
      timeoutMs,
    })
    let released: Promise<void> | undefined
    let lost = false
    const lose = (error: Error) => {
      if (lost || released) return
      lost = true
      onLost(error)
    }
    lease.on('error', lose)
    lease.on('end', () => lose(new Error('The connection to PostgreSQL ended')))
    return {
      address: connection,
      psqlCommand: `psql -h ${quoted(connection.host)} -p ${connection.port} -U ${connection.user} ${connection.database}`,
      release: () => (released ??= giveUpLease({ lease, folder, log })),
    }
  } catch (error) {
    throw explained({ error, path })
  }
}

async function startAndLease({
  folder,
  logFile,
  binaries,
  searchPath,
  log,
  timeoutMs,
}: {
  folder: string
  logFile: string
  binaries: Binaries | undefined
  searchPath: string
  log: (message: string) => void
  timeoutMs: number
}) {
  let deadline = performance.now() + timeoutMs
  let started: Postmaster | undefined
  let reason = 'it does not answer'
  let pause = 15
  await boundLog(logFile)
  for (;;) {
    const left = deadline - performance.now()
    if (left <= 0) {
      throw new LocalPostgresError(
        `PostgreSQL in ${folder} was not ready after ${Math.round(timeoutMs / 1000)} s (${reason}): see ${logFile}.`,
      )
    }
    const attempt = await takeLease({ folder, timeoutMs: left })
    if (attempt.outcome === 'held') return attempt
    if (attempt.outcome === 'not now') reason = attempt.reason
    if (attempt.outcome === 'starting') {
      // It answers, so it is alive; a recovery may take long, and each question leaves a line in its log.
      deadline = performance.now() + timeoutMs
      pause = Math.min(pause * 1.2, 250)
    }
    if (attempt.outcome === 'no server' && (started === undefined || started.ended)) {
      const problem = started && (await failure({ postmaster: started, folder }))
      if (problem) throw problem
      started = undefined
      if (await mayStart(folder)) {
        binaries ??= await npmBinaries()
        const runner = await prepareCluster({ folder, binaries, searchPath, log })
        started = await startPostmaster({ folder, binaries, runner, logFile })
      }
    }
    await sleep(pause)
  }
}

// False while the postmaster of the lock file lives: then it is on its way up or down.
async function mayStart(folder: string): Promise<boolean> {
  await clearEmptyLockFile(folder)
  const lock = await readLockFile(folder)
  if (lock === undefined || !processExists(lock.pid)) return true
  const running = await worksIn({ pid: lock.pid, folder })
  if (running === false) await disownLockFiles({ folder, pid: lock.pid })
  return running !== true
}

// One name for one folder, however it was reached, since the path of its socket depends on it.
async function realFolder(path: string): Promise<string> {
  const wanted = resolve(path)
  await makeFolder(dirname(wanted))
  const folder = await realpath(wanted).catch(async () =>
    join(await realpath(dirname(wanted)), basename(wanted)),
  )
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory() === false) {
    throw new LocalPostgresError(`${folder} is needed for the database but is a file: move it away.`)
  }
  const owner = found?.uid
  const self = process.geteuid?.()
  if (self !== 0 && owner !== undefined && owner !== self) {
    throw new LocalPostgresError(
      `${folder} belongs to another user (uid ${owner}): run Broadsheet as that user.`,
    )
  }
  return folder
}

function explained({ error, path }: { error: unknown; path: string }): unknown {
  const failure = describeFailure(error, { path })
  if (!failure) return error
  // A draft of the folder is no name that an operator knows.
  return new LocalPostgresError(failure.reason.replace(/\.new-\d+-[0-9a-f]+[^\s:]*/, ''), { cause: error })
}

function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
