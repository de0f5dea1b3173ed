import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What a postmaster wrote of itself into `postmaster.pid`; `ready` only while it takes connections. */
export type LockFile = { pid: number; port: number; socketDirectory: string | undefined; ready: boolean }

/** The lock file of a data folder, or undefined where there is none. It may be stale. */
export async function readLockFile(folder: string): Promise<LockFile | undefined> {
  let text: string
  try {
    text = await readFile(join(folder, 'postmaster.pid'), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  // Lines: pid, data folder, start time, port, socket folder, listen address, shared memory, status.
  const lines = text.split('\n')
  const pid = Number.parseInt(lines[0] ?? '', 10)
  if (!Number.isInteger(pid)) return undefined
  return {
    pid: Math.abs(pid),
    port: Number.parseInt(lines[3] ?? '', 10) || 0,
    socketDirectory: lines[4]?.trim() || undefined,
    ready: lines[7]?.trim() === 'ready',
  }
}

/** Whether a process of this number exists, whoever owns it (a zombie exists too). */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whether this process works in this data folder, as a postmaster does; undefined where the system doesn't tell. */
export async function worksIn({
  pid,
  folder,
}: {
  pid: number
  folder: string
}): Promise<boolean | undefined> {
  if (!processExists(pid)) return false
  if (!existsSync('/proc/self/cwd')) return namesFolder({ pid, folder })
  try {
    const [there, here] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(folder)])
    return there.dev === here.dev && there.ino === here.ino
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? undefined : false
  }
}

async function namesFolder({ pid, folder }: { pid: number; folder: string }): Promise<boolean | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)])
    return stdout.includes(folder)
  } catch {
    return undefined
  }
}

/**
 * Removes a lock file that was never filled, as a power cut or a full disk may leave it: PostgreSQL would wait for a
 * person to do so. A postmaster that starts fills its own at once.
 */
export async function clearEmptyLockFile(folder: string): Promise<void> {
  const file = join(folder, 'postmaster.pid')
  const found = await stat(file).catch(() => undefined)
  if (found?.size === 0 && Date.now() - found.mtimeMs > 5_000) await rm(file, { force: true })
}

// Above the highest process number of any system (2^22 on Linux).
const NOBODYS_PID = 2_147_483_646

/**
 * Lets PostgreSQL start over the lock files of a dead postmaster whose number now belongs to something else, which
 * it would refuse to do for ever. Call it only after `worksIn` said false.
 */
export async function disownLockFiles({ folder, pid }: { folder: string; pid: number }): Promise<void> {
  const lock = await readLockFile(folder)
  if (lock?.pid !== pid) return
  const files = [join(folder, 'postmaster.pid')]
  if (lock.socketDirectory) files.push(join(lock.socketDirectory, `.s.PGSQL.${lock.port}.lock`))
  for (const file of files) {
    try {
      const text = await readFile(file, 'utf8')
      // The number alone is replaced: the line on shared memory stays, by which PostgreSQL knows whether children of
      // the dead postmaster still live.
      if (text.startsWith(`${pid}\n`)) await writeFile(file, text.replace(/^\d+/, String(NOBODYS_PID)))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}
