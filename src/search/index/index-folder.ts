import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { PositionsSink } from './merge-segments.ts'
import type { Segment } from './segment.ts'
import {
  checkPositions,
  DamagedFile,
  FORMAT,
  positionsFile,
  readSegment,
  writeSegment,
} from './segment-file.ts'
import { holdSegment, newWordIndex, type WordIndex } from './word-index.ts'

/**
 * The index on the disk: segments, vectors, and a manifest that says which of the files count. Whoever changes the index
 * writes new files first and then a new manifest over the old one; all else in the folder is rubbish of somebody who was
 * killed. Several processes may share a folder: each reads the manifest and adds for itself what came later.
 */

const manifestShape = z.object({
  format: z.literal(FORMAT),
  /** Which database it was made from. */
  database: z.string(),
  /** Changes of the database up to this one are in. */
  through: z.number(),
  segments: z.array(z.object({ name: z.string(), through: z.number() })),
  vectors: z
    .object({ file: z.string(), model: z.string(), dimensions: z.number(), through: z.number() })
    .nullable(),
  /** New with every manifest. */
  token: z.string(),
})
export type Manifest = z.infer<typeof manifestShape>

const MANIFEST = 'manifest.json'
/** Files that no manifest names may be somebody's work in progress until they are this old. */
const RUBBISH_MS = 3_600_000

export type Opened =
  | { ok: true; index: WordIndex; manifest: Manifest }
  /** There is nothing yet, or nothing that can be used: `reason` says why it can't. */
  | { ok: false; reason: string | null }

/** Reads what a folder holds of the index of a database. Never throws for what it finds there. */
export function openIndexFolder(folder: string, { database }: { database: string }): Opened {
  const manifest = readManifest(folder)
  if (!manifest.ok) return manifest
  if (manifest.manifest.database !== database)
    return { ok: false, reason: 'it was made from another database' }
  const index = newWordIndex()
  try {
    for (const { name, through } of manifest.manifest.segments) {
      holdSegment(index, readSegment(folder, name), { through, file: name })
    }
  } catch (error) {
    closeIndex(index)
    if (error instanceof DamagedFile) return { ok: false, reason: error.message }
    throw error
  }
  return { ok: true, index, manifest: manifest.manifest }
}

/** The manifest of a folder; why it can't be used otherwise, null when there is none. */
export function readManifest(
  folder: string,
): { ok: true; manifest: Manifest } | { ok: false; reason: string | null } {
  const path = join(folder, MANIFEST)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return { ok: false, reason: missing ? null : `${path} cannot be read` }
  }
  try {
    const parsed = manifestShape.safeParse(JSON.parse(text))
    return parsed.success
      ? { ok: true, manifest: parsed.data }
      : { ok: false, reason: `${path} is of another version` }
  } catch {
    return { ok: false, reason: `${path} is not whole` }
  }
}

/** Puts a new manifest in place of the old; it is on the disk when this returns. */
export function writeManifest(folder: string, manifest: Omit<Manifest, 'format' | 'token'>): Manifest {
  mkdirSync(folder, { recursive: true })
  const whole: Manifest = { format: FORMAT, token: randomUUID(), ...manifest }
  const path = join(folder, MANIFEST)
  const file = openSync(`${path}.new`, 'w')
  try {
    writeSync(file, JSON.stringify(whole))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(`${path}.new`, path)
  syncFolder(folder)
  return whole
}

/** Makes renames last: a folder is a file of its own. Not every system can. */
function syncFolder(folder: string): void {
  try {
    const file = openSync(folder, 'r')
    fsyncSync(file)
    closeSync(file)
  } catch {
    // Then a power cut may bring the old manifest back, with which all is as it was.
  }
}

/** How `mergeHeld` keeps a segment in this folder. */
export function keepIn(folder: string): { sink: PositionsSink; write: (segment: Segment) => string } {
  mkdirSync(folder, { recursive: true })
  const name = randomUUID()
  const sink = positionsFile(folder, name)
  return {
    sink,
    write(segment) {
      writeSegment(folder, name, segment, sink.crc())
      return name
    },
  }
}

/** Removes what the manifest does not name: what is old, and the files of segments that were just merged. */
export function sweepFolder(folder: string, manifest: Manifest, { now }: { now: number }): void {
  const named = new Set([MANIFEST, ...(manifest.vectors ? [manifest.vectors.file] : [])])
  for (const { name } of manifest.segments) named.add(`${name}.segment`).add(`${name}.positions`)
  for (const name of readdirSync(folder)) {
    if (named.has(name) || !/\.(?:segment|positions|vectors|new)$/.test(name)) continue
    const path = join(folder, name)
    if (now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > RUBBISH_MS)
      rmSync(path, { force: true })
  }
}

/** Removes the files of segments that were merged into others. */
export function removeSegments(folder: string, names: string[]): void {
  for (const name of names) {
    for (const ending of ['segment', 'positions']) rmSync(join(folder, `${name}.${ending}`), { force: true })
  }
}

/** What is wrong with the files of a folder: one sentence each. Reads them all. */
export function damageIn(folder: string): string[] {
  const manifest = readManifest(folder)
  if (!manifest.ok) return manifest.reason === null ? [] : [manifest.reason]
  return manifest.manifest.segments.flatMap(({ name }) => {
    try {
      readSegment(folder, name).positions.close()
      checkPositions(folder, name)
      return []
    } catch (error) {
      if (error instanceof DamagedFile) return [error.message]
      throw error
    }
  })
}

export function closeIndex(index: WordIndex): void {
  for (const { segment } of index.segments) segment.positions.close()
}
