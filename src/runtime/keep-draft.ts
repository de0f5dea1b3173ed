import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Gives a draft the name of its file, once all of it is on the disk: a file of that name is always whole. */
export async function keepDraft(draft: string, file: string): Promise<void> {
  await sync(draft, 'r+')
  await rename(draft, file)
  // The name too must outlast a power cut.
  await sync(dirname(file), 'r')
}

async function sync(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
