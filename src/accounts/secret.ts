import { randomBytes } from 'node:crypto'
import { link, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../runtime/make-folder.ts'
import { SetupProblem } from '../runtime/describe-failure.ts'

const LEAST_LENGTH = 32

/**
 * The secret that signs cookies and links. It is kept in the data folder and created if there is none. Processes that
 * start at the same time agree on one. Throws if it cannot be read or written.
 */
export async function keptSecret(dataFolder: string): Promise<string> {
  const file = join(dataFolder, 'secret')
  const known = await readSecret(file)
  if (known !== null) return known
  await makeFolder(dataFolder)
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    const handle = await open(draft, 'w', 0o600)
    try {
      await handle.writeFile(`${randomBytes(32).toString('base64url')}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    // A link fails where a file is already: the first one stays.
    await link(draft, file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') throw Object.assign(error as Error, { path: dataFolder })
  } finally {
    await rm(draft, { force: true })
  }
  const secret = await readSecret(file)
  if (secret === null) throw new SetupProblem(`${file} could not be written.`)
  return secret
}

async function readSecret(file: string): Promise<string | null> {
  let text: string
  try {
    text = (await readFile(file, 'utf8')).trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    throw Object.assign(error as Error, { path: file })
  }
  if (text.length < LEAST_LENGTH)
    throw new SetupProblem(
      `${file} holds no secret of at least ${LEAST_LENGTH} characters: remove it to have a new one made.`,
    )
  return text
}
