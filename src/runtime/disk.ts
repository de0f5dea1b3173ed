import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'

/** PostgreSQL writes its log in files of 16 MB, and ends where there is no room for the next. */
const LEAST_BYTES = 32 * 1024 * 1024

/** Why nothing much can be written to a folder; null while there is room, or no such folder. */
export async function diskTrouble(folder: string): Promise<'full' | 'read-only' | null> {
  try {
    await access(folder, constants.W_OK)
    const { bavail, bsize, files, ffree } = await statfs(folder)
    // Some file systems count no files.
    return bavail * bsize < LEAST_BYTES || (files > 0 && ffree === 0) ? 'full' : null
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EROFS' || code === 'EACCES' ? 'read-only' : null
  }
}
