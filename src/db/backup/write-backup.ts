import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { ZipFile } from 'yazl'
import type { DatabaseAddress } from '../open.ts'
import { countRows } from './count-rows.ts'
import { BACKUP_VERSION, fileEntry, tableEntry, type KeptFile, type Manifest } from './manifest.ts'
import { sequencesNow, tablesInOrder } from './tables.ts'

/**
 * Writes everything a site holds, as it is at one moment, as a ZIP file: while it is written the site goes on as ever.
 * Each table is read as a stream. Throws when the database or `out` fails, or when `signal` aborts; what was written by
 * then is no ZIP file, because the directory comes last.
 */
export async function writeBackup(
  address: DatabaseAddress,
  out: Writable,
  {
    files,
    program,
    now,
    signal,
    onProgress = () => {},
  }: {
    /** Files of the data folder. */
    files: Map<KeptFile, Buffer>
    /** The program's version. */
    program: string
    now: Date
    signal?: AbortSignal
    onProgress?: (table: string) => void
  },
): Promise<Manifest> {
  const client = new pg.Client({ application_name: 'broadsheet backup', ...address })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(`set client_encoding to utf8; set datestyle to iso; set timezone to utc`)
    // One snapshot for all tables: they fit together however long it takes.
    await client.query('begin isolation level repeatable read, read only')
    const tables = await tablesInOrder(client)
    const { rows: migrations } = await client.query<Manifest['migrations'][number]>(
      'select name, sha256 from migrations order by name',
    )
    const manifest: Manifest = {
      format: 'broadsheet-backup',
      version: BACKUP_VERSION,
      program,
      takenAt: now.toISOString(),
      migrations,
      tables: [],
      sequences: [],
      files: [...files.keys()],
    }

    const manifestNow = async () => {
      manifest.sequences = await sequencesNow(client)
      return Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)
    }

    const zip = new ZipFile()
    const output = zip.outputStream as Readable
    zip.on('error', (error: Error) => output.destroy(error))
    const options = { mtime: now, mode: 0o100600 }
    // Each is only asked for when those before it have been written.
    for (const { name, columns } of tables)
      zip.addReadStreamLazy(tableEntry(name), options, (take) => {
        onProgress(name)
        const list = columns.map((column) => client.escapeIdentifier(column)).join(', ')
        const rows = client.query(copyTo(`copy ${client.escapeIdentifier(name)} (${list}) to stdout`))
        const counted = countRows()
        counted.once('end', () => manifest.tables.push({ name, columns, rows: counted.counted.rows }))
        rows.once('error', (error) => output.destroy(error))
        take(null, rows.pipe(counted))
      })
    for (const [file, bytes] of files) zip.addBuffer(bytes, fileEntry(file), options)
    zip.addReadStreamLazy('manifest.json', options, (take) => {
      manifestNow().then(
        (json) => take(null, Readable.from([json])),
        (error: Error) => output.destroy(error),
      )
    })
    zip.end()
    await pipeline(output, out, signal ? { signal } : {})
    return manifest
  } finally {
    // Also ends a COPY that is under way.
    await client.end().catch(() => {})
  }
}
