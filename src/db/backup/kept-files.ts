import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../../runtime/make-folder.ts'
import { KEPT_FILES, type KeptFile } from './manifest.ts'

/** The files of the data folder that belong to the site. A secret in the settings is the operator's to keep. */
export async function readKeptFiles(
  dataFolder: string,
  { secret }: { secret: string | null },
): Promise<Map<KeptFile, Buffer>> {
  const kept = new Map<KeptFile, Buffer>()
  for (const name of KEPT_FILES) {
    if (name === 'secret' && secret !== null) continue
    const bytes = await readFile(join(dataFolder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    if (bytes) kept.set(name, bytes)
  }
  return kept
}

/**
 * Puts files into a data folder. Settings that are there already stay as they are (`kept`); a secret is replaced, since one that
 * was made for an empty site has signed nothing of the one that is restored.
 */
export async function putKeptFiles(
  dataFolder: string,
  files: Map<KeptFile, Buffer>,
): Promise<{ path: string; kept: boolean }[]> {
  await makeFolder(dataFolder)
  const put = []
  for (const [name, bytes] of files) {
    const path = join(dataFolder, name)
    if (name === 'secret') await rm(path, { force: true })
    put.push({ path, kept: !(await writeNew(path, bytes)) })
  }
  return put
}

/** Writes a file that only its owner can read; false where there is one already. */
async function writeNew(path: string, bytes: Buffer): Promise<boolean> {
  try {
    const handle = await open(path, 'wx', 0o600)
    await handle.writeFile(bytes)
    await handle.sync()
    await handle.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
