import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder, and those above it where they are missing. Throws what the system says against it: Node.js's own
 * recursive mkdir says of a read-only disk that there is no such file, and tries for ever below /proc.
 */
export async function makeFolder(path: string, { mode }: { mode?: number } = {}): Promise<void> {
  try {
    await makeOne(path, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolder(dirname(path), mode === undefined ? {} : { mode })
    await makeOne(path, mode)
  }
}

async function makeOne(path: string, mode: number | undefined): Promise<void> {
  try {
    await mkdir(path, mode)
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST'
    if (!isThere || !(await stat(path).catch(() => null))?.isDirectory()) throw error
  }
}
