import { randomBytes } from 'node:crypto'
import { link, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../../runtime/make-folder.ts'
import { KEPT_FILES, type KeptFile } from './manifest.ts'

/**
 * The files that belong to the site: those of the data folder, or where the operator has them. A secret in the settings is
 * among these.
 */
export async function readKeptFiles(
  dataFolder: string,
  {
    secret,
    settingsFile = null,
    dkimKeyFile = null,
  }: { secret: string | null; settingsFile?: string | null; dkimKeyFile?: string | null },
): Promise<Map<KeptFile, Buffer>> {
  const elsewhere: Partial<Record<KeptFile, string | null>> = {
    'settings.env': settingsFile,
    'dkim.pem': dkimKeyFile,
  }
  const kept = new Map<KeptFile, Buffer>()
  for (const name of KEPT_FILES) {
    if (name === 'secret' && secret !== null) continue
    const bytes = await readFile(elsewhere[name] ?? join(dataFolder, name)).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null
        throw error
      },
    )
    if (bytes) kept.set(name, bytes)
  }
  return kept
}

/**
 * Puts files into a data folder, each whole or not at all. Settings that are there already stay as they are (`kept`); a secret
 * is replaced, since one that was made for an empty site has signed nothing of the one that is restored.
 */
export async function putKeptFiles(
  dataFolder: string,
  files: Map<KeptFile, Buffer>,
): Promise<{ path: string; kept: boolean }[]> {
  await makeFolder(dataFolder)
  const put = []
  for (const [name, bytes] of files) {
    const path = join(dataFolder, name)
    const isPut = await putFile(path, bytes, { isReplaced: name === 'secret' })
    put.push({ path, kept: !isPut })
  }
  return put
}

/** Puts a file that only its owner can read; false where there is another one already that is not to be replaced. */
async function putFile(
  path: string,
  bytes: Buffer,
  { isReplaced }: { isReplaced: boolean },
): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (isReplaced) await rename(draft, path)
    // A link fails where a file is already.
    else await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return bytes.equals(await readFile(path))
  } finally {
    await rm(draft, { force: true })
  }
}
