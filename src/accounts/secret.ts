import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

const LEAST_LENGTH = 32

/**
 * The secret that signs cookies and links. It is kept in the data folder and created if there is none. Processes that
 * start at the same time agree on one. Throws if it cannot be read or written.
 */
export async function keptSecret(dataFolder: string): Promise<string> {
  const file = join(dataFolder, 'secret')
  const known = await readSecret(file)
  if (known !== null) return known
  await mkdir(dataFolder, { recursive: true })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.writeFile(`${randomBytes(32).toString('base64url')}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    // Linking fails if there is already a file: the first one wins.
    await link(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
  const secret = await readSecret(file)
  if (secret === null) throw new Error(`${file} could not be written`)
  return secret
}

async function readSecret(file: string): Promise<string | null> {
  let text: string
  try {
    text = (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  if (text.length < LEAST_LENGTH)
    throw new Error(
      `${file} holds no secret of at least ${LEAST_LENGTH} characters: remove it to have a new one made`,
    )
  return text
}
