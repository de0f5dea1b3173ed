import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { z } from 'zod'
import { openZip, type OpenZip } from '../db/backup/open-zip.ts'
import { readLines } from '../sources/formats/lines.ts'
import { ANY_MANIFEST, DUMP_VERSION, MANIFEST, type DumpManifest } from './manifest.ts'
import { RECORD_FILES, RECORDS, type DumpRecord, type RecordFile } from './records.ts'

/** A dump whose manifest was read; to be closed. */
export type Dump = { manifest: DumpManifest; zip: OpenZip }

/** Why a dump is not taken in: a sentence, with the file and the line where one is to blame. */
export class DumpRefused extends Error {}

/** More than any manifest has. */
const LONGEST_MANIFEST = 1024 * 1024
/** In characters: a paper of a large collaboration with all that its sources say of it. */
const LONGEST_LINE = 16 * 1024 * 1024
/** What was packed so much smaller than it is was not made of papers; small files may be. */
const MOST_PACKED = 300
const SMALL = 1024 * 1024
/** A clock may be ahead of ours by so much. */
const AHEAD_MS = 24 * 3_600_000

/** Opens a dump and reads its manifest. Throws `DumpRefused`, and when there is no file or it can't be read. */
export async function openDump(path: string, { now }: { now: Date }): Promise<Dump> {
  const zip = await openZip(path)
  if (zip === null) throw new DumpRefused(`${path} is not a dump, or not all of one.`)
  try {
    const manifest = await readManifest(zip, path)
    if (Date.parse(manifest.takenAt) > now.getTime() + AHEAD_MS)
      throw new DumpRefused(`manifest.json says that the dump is of a time to come (${manifest.takenAt}).`)
    for (const name of RECORD_FILES)
      if (!manifest.files.some((file) => file.name === name))
        throw new DumpRefused(`manifest.json does not name ${name}: the dump is not whole.`)
    for (const { name, bytes } of manifest.files) {
      const entry = zip.entries.get(name)
      if (!entry || entry.uncompressedSize !== bytes)
        throw new DumpRefused(`${name} is missing, or not as long as manifest.json says.`)
      if (bytes > SMALL && bytes > MOST_PACKED * entry.compressedSize)
        throw new DumpRefused(`${name} is packed so tightly that it cannot be a file of papers.`)
    }
    return { manifest, zip }
  } catch (error) {
    zip.close()
    throw error
  }
}

async function readManifest(zip: OpenZip, path: string): Promise<DumpManifest> {
  const text = await smallFile(zip, 'manifest.json')
  if (text === null) throw new DumpRefused(`${path} has no manifest.json: it is not a dump, or not whole.`)
  const json = parseJson(text)
  if ((ANY_MANIFEST.safeParse(json).data?.version ?? 0) > DUMP_VERSION)
    throw new DumpRefused(
      `${path} was written by a newer Broadsheet. Import it with that version, or a newer one.`,
    )
  const parsed = MANIFEST.safeParse(json)
  if (!parsed.success) throw new DumpRefused(`manifest.json: ${complaint(parsed.error)}.`)
  return parsed.data
}

async function smallFile(zip: OpenZip, name: string): Promise<string | null> {
  const entry = zip.entries.get(name)
  if (!entry || entry.uncompressedSize > LONGEST_MANIFEST) return null
  const bytes = await zip
    .read(entry)
    .then(buffer)
    .catch(() => null)
  return bytes && String(bytes)
}

/** A record, and where it is. */
export type Placed<F extends RecordFile> = { line: number; record: DumpRecord<F> }

/**
 * The records of a file, each checked, and the whole file against its checksum at the end: whoever changes something by them
 * reads them all before. Throws `DumpRefused`.
 */
export async function* recordsOf<F extends RecordFile>(
  { manifest, zip }: Dump,
  name: F,
): AsyncGenerator<Placed<F>> {
  const schema: z.ZodType = RECORDS[name]
  const latest = Date.parse(manifest.takenAt) + AHEAD_MS
  let count = 0
  for await (const { number: line, text } of readLines(textOf({ manifest, zip }, name), {
    longest: LONGEST_LINE,
  })) {
    const where = `${name}, line ${line}`
    if (text === null) throw new DumpRefused(`${where}: the line is too long.`)
    const json = parseJson(text)
    if (json === undefined) throw new DumpRefused(`${where}: not valid JSON.`)
    const parsed = schema.safeParse(json)
    if (!parsed.success) throw new DumpRefused(`${where}: ${complaint(parsed.error)}.`)
    const record = parsed.data as DumpRecord<F>
    const ahead = instantsIn(record).find((instant) => Date.parse(instant) > latest)
    if (ahead !== undefined) throw new DumpRefused(`${where}: ${ahead} is later than the dump itself.`)
    count += 1
    yield { line, record }
  }
  const expected = manifest.files.find((file) => file.name === name)?.records
  if (count !== expected)
    throw new DumpRefused(`${name} has ${count} records, and manifest.json says ${expected}.`)
}

/** Reads what has no records against its checksum. */
export async function checkOthers(dump: Dump): Promise<void> {
  for (const { name } of dump.manifest.files)
    if (!(RECORD_FILES as string[]).includes(name)) for await (const _ of textOf(dump, name)) void _
}

/** The text of a file, which must be what the manifest says of it. */
async function* textOf({ manifest, zip }: Dump, name: string): AsyncGenerator<string> {
  const file = manifest.files.find((one) => one.name === name)
  const entry = zip.entries.get(name)
  if (!file || !entry) throw new DumpRefused(`${name} is missing.`)
  const hash = createHash('sha256')
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const source: Readable = await zip.read(entry).catch(() => {
    throw new DumpRefused(`${name} is damaged.`)
  })
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      hash.update(chunk)
      yield decoder.decode(chunk, { stream: true })
    }
    yield decoder.decode()
  } catch (error) {
    if (error instanceof DumpRefused) throw error
    throw new DumpRefused(`${name} is damaged: it cannot be read to the end.`)
  } finally {
    source.destroy()
  }
  if (hash.digest('hex') !== file.sha256)
    throw new DumpRefused(`${name} is not what manifest.json says: its checksum differs.`)
}

/** The instants of a record at which something happened here; of papers, not those that sources state. */
function instantsIn(record: object): string[] {
  return Object.entries(record).flatMap(([key, value]) =>
    typeof value === 'string' && /(?:At|^at|^until)$/.test(key) ? [value] : [],
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What is wrong with a record, and with which of its fields. */
function complaint({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return 'not a record of this kind'
  const field = issue.path.map(String).join('.')
  const what = issue.message.slice(0, 200)
  return field === '' ? what : `${field}: ${what}`
}
