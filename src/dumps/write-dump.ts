import { createHash } from 'node:crypto'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Kysely } from 'kysely'
import { ZipFile } from 'yazl'
import type { Database } from '../db/schema.ts'
import { READERS, type Dumped } from './dumped-rows.ts'
import { DUMP_FORMAT } from './format.ts'
import { DUMP_VERSION, type DumpManifest } from './manifest.ts'
import { RECORD_FILES, recordSchemas, type RecordFile } from './records.ts'
import { siteId } from './site-id.ts'

/** Bytes that are handed on at once. */
const CHUNK = 64 * 1024

/**
 * Writes an open dump: what everybody can see of the papers, editions, events, comments and collections of a site, as it is at
 * one moment, as a ZIP file of JSON Lines. The site goes on meanwhile; rows are read some at a time, so that memory stays
 * flat. Throws when the database or `out` fails, or when `signal` aborts; what was written by then is no ZIP file, because its
 * directory comes last.
 */
export async function writeDump(
  db: Kysely<Database>,
  out: Writable,
  {
    site,
    timeZone,
    curators,
    program,
    now,
    signal,
    onProgress = () => {},
  }: {
    site: { name: string; url: string | null }
    timeZone: string
    /** The addresses that the configuration makes curators; none of them is in the dump. */
    curators: readonly string[]
    /** The program's version. */
    program: string
    now: Date
    signal?: AbortSignal
    onProgress?: (file: RecordFile, records: number) => void
  },
): Promise<DumpManifest> {
  const id = await siteId(db)
  const manifest: DumpManifest = {
    format: DUMP_FORMAT,
    version: DUMP_VERSION,
    program,
    site: { id, ...site },
    takenAt: now.toISOString(),
    timeZone,
    files: [],
  }
  // One snapshot for all files: they fit together however long it takes.
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      const of: Dumped = { trx, site: id, curators: new Set(curators) }
      const zip = new ZipFile()
      const output = zip.outputStream as Readable
      zip.on('error', (error: Error) => output.destroy(error))
      const options = { mtime: now, mode: 0o100644 }
      const add = (name: string, chunks: () => AsyncGenerator<Buffer>) =>
        zip.addReadStreamLazy(name, options, (take) => {
          const stream = Readable.from(chunks(), { objectMode: false, highWaterMark: CHUNK })
          stream.once('error', (error) => output.destroy(error))
          take(null, stream)
        })
      // Each is only asked for when those before it have been written.
      add('README.txt', () => listed(manifest, { name: 'README.txt', text: readme(manifest) }))
      add('schema.json', () =>
        listed(manifest, {
          name: 'schema.json',
          text: `${JSON.stringify(recordSchemas(), null, 1)}\n`,
        }),
      )
      for (const name of RECORD_FILES)
        add(name, () => lines(READERS[name](of), { name, manifest, onProgress }))
      add('manifest.json', async function* () {
        yield Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)
      })
      zip.end()
      await pipeline(output, out, signal ? { signal } : {})
      return manifest
    })
}

/** The lines of a file, counted and hashed; the manifest gets them at its end. */
async function* lines(
  records: AsyncGenerator,
  {
    name,
    manifest,
    onProgress,
  }: {
    name: RecordFile
    manifest: DumpManifest
    onProgress: (file: RecordFile, records: number) => void
  },
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  const written = { bytes: 0, records: 0 }
  let pending: string[] = []
  let length = 0
  const flush = () => {
    const chunk = Buffer.from(pending.join(''))
    pending = []
    length = 0
    hash.update(chunk)
    written.bytes += chunk.length
    return chunk
  }
  for await (const record of records) {
    const line = `${JSON.stringify(record)}\n`
    pending.push(line)
    length += line.length
    written.records += 1
    if (length >= CHUNK) {
      yield flush()
      onProgress(name, written.records)
    }
  }
  if (length > 0) yield flush()
  manifest.files.push({ name, sha256: hash.digest('hex'), ...written })
}

async function* listed(
  manifest: DumpManifest,
  { name, text }: { name: string; text: string },
): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  yield bytes
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  manifest.files.push({ name, sha256, bytes: bytes.length, records: 0 })
}

function readme({ site, takenAt, timeZone }: DumpManifest): string {
  return `The papers of ${site.name}${site.url === null ? '' : ` (${site.url})`} and what its readers made of them, at ${takenAt}.

Each .jsonl file has one JSON object on each line; schema.json says which. manifest.json has the SHA-256 of every file. It is
written last: a dump without it is not whole.

Numbers of papers and comments are those of this site, and files name each other by them. Days of editions are in the time
zone ${timeZone}; all times are in UTC. A comment, note or description is its writer’s; "license" says of each record what is
known. Events, editions and merges are counts and dates, free for everyone to use.

There is nothing here that the site’s pages do not show to everyone: no addresses, no votes by name, nothing private.

Another site takes it in with: bin/broadsheet import FILE
`
}
