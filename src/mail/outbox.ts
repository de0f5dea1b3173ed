import { randomUUID } from 'node:crypto'
import { open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describeFailure } from '../runtime/describe-failure.ts'
import { makeFolder } from '../runtime/make-folder.ts'
import type { Composed } from './compose.ts'
import { mailFile } from './mail-file.ts'
import type { SendOutcome } from './message.ts'

/** A folder that takes each mail as a file `<UTC time>-<id>.eml`, for those without a mail server. */
export type Outbox = {
  kind: 'outbox'
  send(mail: Composed, naming: { id: string }): Promise<SendOutcome>
  close(): Promise<void>
}

/** The folder is made, for its owner only, when the first mail comes: mails hold links to sign in with. */
export function openOutbox(folder: string): Outbox {
  return {
    kind: 'outbox',
    async send(mail, { id }) {
      try {
        const message = await mailFile(mail)
        await makeFolder(folder, { mode: 0o700 })
        await writeWhole(folder, { name: `${fileTime(mail.date)}-${id}.eml`, content: message })
        await removeOthers(folder, { date: mail.date, id })
        return { ok: true }
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error)
        const failure = describeFailure(error, { path: folder })
        return {
          ok: false,
          kind: 'temporary',
          about: 'server',
          status: null,
          inDoubt: false,
          reason: `The mail cannot be written to the outbox folder (${failure?.reason ?? `${said}.`})`,
        }
      }
    },
    async close() {},
  }
}

/** Writes a file that is there either whole or not at all, whatever happens. */
async function writeWhole(
  folder: string,
  { name, content }: { name: string; content: Buffer },
): Promise<void> {
  const draft = join(folder, `.${randomUUID()}.tmp`)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, join(folder, name))
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  // The name too is on the disk only once the folder is.
  const directory = await open(folder)
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** The same mail under another time. */
async function removeOthers(folder: string, { date, id }: { date: Date; id: string }): Promise<void> {
  const time = fileTime(date)
  for (const name of await readdir(folder)) {
    if (name.slice(time.length) === `-${id}.eml` && !name.startsWith(time))
      await rm(join(folder, name), { force: true })
  }
}

/** Of one length, sorted by time, without the colons that some file systems refuse: `2026-01-15T12-00-00Z`. */
function fileTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replaceAll(':', '-')}Z`
}

/** No mail has a longer head. */
const HEAD_BYTES = 64 * 1024

/** Removes the mails to an address from the folder, where there is one. */
export async function eraseFromOutbox(folder: string, { address }: { address: string }): Promise<void> {
  let names: string[]
  try {
    names = await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  for (const name of names.filter((one) => one.endsWith('.eml'))) {
    const path = join(folder, name)
    if ((await recipientOf(path)) === address.toLowerCase()) await rm(path, { force: true })
  }
}

async function recipientOf(path: string): Promise<string | null> {
  const file = await open(path).catch(() => null)
  // Gone meanwhile.
  if (file === null) return null
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const head = buffer.toString('utf8', 0, bytesRead).split('\r\n\r\n', 1)[0] ?? ''
    return /^To:\s*(?:.*<)?([^\s<>]+@[^\s<>]+?)>?\s*$/im.exec(head)?.[1]?.toLowerCase() ?? null
  } finally {
    await file.close()
  }
}
