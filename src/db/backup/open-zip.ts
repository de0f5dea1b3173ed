import type { Readable } from 'node:stream'
import { openPromise, type Entry, type ZipFile } from 'yauzl'

/** A ZIP file that is read entry by entry, each as a stream. */
export type OpenZip = {
  entries: Map<string, Entry>
  /** Whoever reads it compares its CRC-32. */
  read(entry: Entry): Promise<Readable>
  close(): void
}

/** Opens a ZIP file; null when it is none, or not a whole one. Throws when there is no file or it can't be read. */
export async function openZip(path: string): Promise<OpenZip | null> {
  let zip: ZipFile | null = null
  try {
    zip = await openPromise(path, { autoClose: false })
    const entries = new Map<string, Entry>()
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry)
    const opened = zip
    return { entries, read: (entry) => opened.openReadStreamPromise(entry), close: () => opened.close() }
  } catch (error) {
    zip?.close()
    // Errors of the disk have a code, those of the format have none.
    if (error instanceof Error && 'code' in error) throw Object.assign(error, { path })
    return null
  }
}
