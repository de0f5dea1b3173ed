import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chown, open, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { LocalPostgresError } from './error.ts'
import { command, type Runner } from './run-as.ts'
import { settings } from './settings.ts'
import { PORT, socketDirectory } from './socket-directory.ts'

/** A postmaster that this process started, and how it ended, once it has. It does not end with this process. */
export type Postmaster = {
  pid: number | undefined
  ended: { code: number | null; signal: string | null } | undefined
  logFile: string
  logStart: number
}

const LONGEST_LOG_BYTES = 10 * 1024 * 1024

/** Empties the server's log when it has grown past 10 MB. The server appends, so it may be running. */
export async function boundLog(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  )
  // A log that is somebody else's is theirs to bound.
  if (size > LONGEST_LOG_BYTES) await truncate(logFile).catch(() => undefined)
}

/** Starts a postmaster in a session of its own and returns at once, before it takes connections. */
export async function startPostmaster({
  folder,
  binaries,
  runner,
  logFile,
}: {
  folder: string
  binaries: Binaries
  runner: Runner
  logFile: string
}): Promise<Postmaster> {
  const sockets = await socketDirectory({ folder, runner })
  const configFile = join(folder, 'broadsheet.conf')
  // Every starter by a name of its own, since several may come this far at once.
  const draft = `${configFile}.${randomUUID()}`
  await writeFile(draft, settings({ major: runner.major }), { mode: 0o600 })
  if (process.geteuid?.() === 0) await chown(draft, runner.files.uid, runner.files.gid)
  await rename(draft, configFile)

  const log = await open(logFile, 'a', 0o600)
  try {
    if (process.geteuid?.() === 0) await log.chown(runner.files.uid, runner.files.gid)
    const logStart = (await log.stat()).size
    const listening = {
      listen_addresses: '',
      unix_socket_directories: sockets,
      unix_socket_permissions: '0700',
    }
    const args = ['-D', folder, '-p', String(PORT), '-c', `config_file=${configFile}`]
    for (const [name, value] of Object.entries(listening)) args.push('-c', `${name}=${value}`)
    const { file, args: rest, options } = command({ runner, program: binaries.postgres, args })
    const child = spawn(file, rest, { ...options, detached: true, stdio: ['ignore', log.fd, log.fd] })
    const postmaster: Postmaster = { pid: child.pid, ended: undefined, logFile, logStart }
    child.once('exit', (code, signal) => {
      postmaster.ended = { code, signal }
    })
    child.once('error', () => {
      postmaster.ended ??= { code: 1, signal: null }
    })
    child.unref()
    return postmaster
  } finally {
    await log.close()
  }
}

/**
 * Why a postmaster ended before this process had a lease: undefined when another was before it, somebody stopped it,
 * or children of a killed one still live, so that another try is due, else an error with the server's own words.
 */
export async function failure({
  postmaster,
  folder,
}: {
  postmaster: Postmaster
  folder: string
}): Promise<LocalPostgresError | undefined> {
  if (postmaster.ended?.code === 0) return undefined
  if (postmaster.ended?.signal) {
    return new LocalPostgresError(
      `PostgreSQL in ${folder} was ended by ${postmaster.ended.signal} as it started: see whether memory ran out.`,
    )
  }
  const lines = (await readFrom(postmaster)).split('\n').filter((line) => line.trim() !== '')
  // Others who start it at this moment write to the same log.
  const own = lines.filter((line) => line.includes(`[${postmaster.pid}] FATAL`)).join('\n')
  if (
    /lock file ".*" (already exists|is empty)|could not create lock file|pre-existing shared memory/.test(own)
  ) {
    return undefined
  }
  const fatal = lines.filter((line) => /(FATAL|PANIC): /.test(line) && !/the database system is/.test(line))
  const reason = (own || fatal.at(-1) || lines.at(-1) || 'it said nothing').replace(
    /^.*(FATAL|PANIC):\s*/,
    '',
  )
  if (/No space left|Disk quota/i.test(lines.join('\n'))) {
    return new LocalPostgresError(`The disk of ${folder} is full: free some space, then start again.`)
  }
  return new LocalPostgresError(
    `PostgreSQL did not start in ${folder}: ${reason} (see ${postmaster.logFile}).`,
  )
}

async function readFrom({ logFile, logStart }: Postmaster): Promise<string> {
  const handle = await open(logFile, 'r')
  try {
    // Another start may have emptied the log since.
    const { size } = await handle.stat()
    const from = size < logStart ? 0 : Math.max(logStart, size - 64 * 1024)
    const buffer = Buffer.alloc(size - from)
    await handle.read(buffer, 0, buffer.length, from)
    return buffer.toString('utf8')
  } finally {
    await handle.close()
  }
}
