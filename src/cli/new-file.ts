import { open, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What keeps a new file from being put at a path; null when nothing does. */
export async function obstacleAt(path: string): Promise<'file' | 'folder' | 'no-folder' | null> {
  const found = await stat(path).catch(() => null)
  if (found) return found.isDirectory() ? 'folder' : 'file'
  const folder = await stat(dirname(path)).catch(() => null)
  return folder?.isDirectory() ? null : 'no-folder'
}

/** Gives a draft the name of its file, once all of it is on the disk. */
export async function keepDraft(draft: string, file: string): Promise<void> {
  const handle = await open(draft, 'r+')
  await handle.sync()
  await handle.close()
  await rename(draft, file)
}
