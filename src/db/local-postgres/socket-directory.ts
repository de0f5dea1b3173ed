import { createHash } from 'node:crypto'
import { chown, lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalPostgresError } from './error.ts'
import type { Runner } from './run-as.ts'

export const PORT = 5432

// sun_path holds 108 bytes on Linux and 104 on macOS and the BSDs, the closing zero included.
const LONGEST_SOCKET_PATH = process.platform === 'linux' ? 107 : 103

/**
 * The folder for the server's socket, which only the server's user may enter: the data folder itself, or where that
 * makes the path of the socket too long, a private folder below the system's temporary one.
 */
export async function socketDirectory({
  folder,
  runner,
  temporary = tmpdir(),
}: {
  folder: string
  runner: Runner
  temporary?: string
}): Promise<string> {
  if (fits(folder)) return folder
  const uid = runner.files.uid
  const hash = createHash('sha256').update(`${uid}:${folder}`).digest('hex').slice(0, 16)
  const directory = join(temporary, `broadsheet-${hash}`)
  if (!fits(directory)) {
    throw new LocalPostgresError(
      `The path ${folder} is too long for a socket, and so is ${temporary}: set TMPDIR to a shorter path.`,
    )
  }
  let made = true
  try {
    await mkdir(directory, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    made = false
  }
  const found = await lstat(directory)
  // Nobody but us and root can have changed in a sticky folder what we just made; what was there before is checked.
  const ours = found.isDirectory() && (found.uid === uid || (found.uid === 0 && process.geteuid?.() === 0))
  if (!ours || (found.mode & 0o077) !== 0) {
    throw new LocalPostgresError(
      `${directory} is needed for the database's socket but is not a private folder of ours: remove it, or set TMPDIR.`,
    )
  }
  if (made || found.uid !== uid) {
    if (process.geteuid?.() === 0) await chown(directory, uid, runner.files.gid)
  }
  return directory
}

function fits(directory: string): boolean {
  return Buffer.byteLength(join(directory, `.s.PGSQL.${PORT}`)) <= LONGEST_SOCKET_PATH
}
