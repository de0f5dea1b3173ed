import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isSameManifest, MOST_ATTEMPTS, readManifest, type FoundManifest, type Manifest } from './manifest.ts'
import type { PositionsSink } from './merge-segments.ts'
import type { Segment } from './segment.ts'
import { checkPositions, DamagedFile, positionsFile, readSegment, writeSegment } from './segment-file.ts'
import { holdSegment, newWordIndex, type WordIndex } from './word-index.ts'

/**
 * The index on the disk: segments, vectors, and a manifest that says which of the files count. Whoever changes the index
 * writes new files first and then a new manifest; all else in the folder is rubbish of somebody who was killed. Several
 * processes may share a folder: each reads the manifest and adds for itself what came later. Files that a new manifest
 * no longer names are removed at once: whoever is opening them reads the manifest again.
 */

/** Files that no manifest names may be somebody's work in progress until they are this old. */
const RUBBISH_MS = 3_600_000

export type Opened =
  | { ok: true; index: WordIndex; found: FoundManifest & { ok: true } }
  /** There is nothing yet, or nothing that can be used: `reason` says why it can't. */
  | { ok: false; reason: string | null; found: FoundManifest }

/**
 * Reads what a folder holds of the index of a database. What it finds there makes it throw nothing; that it can't be read
 * for reasons of the machine's, such as too many open files, does.
 */
export function openIndexFolder(folder: string, { database }: { database: string }): Opened {
  // Files never change: what one attempt has read is good for the next.
  const read = new Map<string, Segment>()
  let opened: Opened | null = null
  try {
    opened = lookAtFiles<Opened>(folder, (found) => {
      if (!found.ok) return { whole: true, value: { ok: false, reason: found.reason, found } }
      const { manifest } = found
      if (manifest.database !== database)
        return { whole: true, value: { ok: false, reason: 'it was made from another database', found } }
      try {
        for (const { name } of manifest.segments)
          if (!read.has(name)) read.set(name, readSegment(folder, name))
        const index = newWordIndex()
        for (const { name, through } of manifest.segments) {
          const segment = read.get(name)
          if (segment) holdSegment(index, segment, { through, file: name })
        }
        return { whole: true, value: { ok: true, index, found } }
      } catch (error) {
        if (!(error instanceof DamagedFile)) throw error
        return { whole: false, value: { ok: false, reason: error.message, found } }
      }
    })
    return opened
  } finally {
    const used = new Set(opened?.ok ? opened.index.segments.map(({ segment }) => segment) : [])
    for (const segment of read.values()) if (!used.has(segment)) segment.positions.close()
  }
}

/**
 * Looks at the files of the manifest in force. Files that are missing or odd are only believed to be so when that manifest
 * is still in force afterwards: otherwise whoever replaced it may have removed them, and those of the new one are looked
 * at instead.
 */
export function lookAtFiles<T>(
  folder: string,
  look: (found: FoundManifest) => { whole: boolean; value: T },
): T {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const found = readManifest(folder)
    const { whole, value } = look(found)
    if (whole || isSameManifest(found, readManifest(folder))) return value
  }
  throw new Error(`${folder} changes too quickly to be read`)
}

/** Whether the files of a segment are there. */
export function hasSegment(folder: string, name: string): boolean {
  return segmentFiles(name).every((file) => existsSync(join(folder, file)))
}

function segmentFiles(name: string): string[] {
  return [`${name}.segment`, `${name}.positions`]
}

/** How `mergeHeld` keeps a segment in this folder. */
export function keepIn(folder: string): {
  sink: PositionsSink
  write: (segment: Segment) => string
  /** Removes what was written, where it could not be finished. */
  discard: () => void
} {
  mkdirSync(folder, { recursive: true })
  const name = randomUUID()
  const sink = positionsFile(folder, name)
  return {
    sink,
    write(segment) {
      writeSegment(folder, name, segment, sink.crc())
      return name
    },
    discard() {
      sink.close()
      removeSegments(folder, [name])
      for (const file of segmentFiles(name)) rmSync(join(folder, `${file}.new`), { force: true })
    },
  }
}

/** Removes what the manifest does not name: what is old, and the files of segments that were just merged. */
export function sweepFolder(folder: string, manifest: Manifest, { now }: { now: number }): void {
  const named = new Set(manifest.segments.flatMap(({ name }) => segmentFiles(name)))
  if (manifest.vectors) named.add(manifest.vectors.file)
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
    for (const file of segmentFiles(name)) rmSync(join(folder, file), { force: true })
  }
}

/** What is wrong with the files of a folder: one sentence each. Reads them all, but of the vectors sees only that they are there. */
export function damageIn(folder: string): string[] {
  return lookAtFiles(folder, (found) => {
    const damage = found.ok
      ? damagedFiles(folder, found.manifest)
      : found.reason === null
        ? []
        : [found.reason]
    return { whole: damage.length === 0, value: damage }
  })
}

function damagedFiles(folder: string, { segments, vectors }: Manifest): string[] {
  const damage = segments.flatMap(({ name }) => {
    try {
      readSegment(folder, name).positions.close()
      checkPositions(folder, name)
      return []
    } catch (error) {
      if (error instanceof DamagedFile) return [error.message]
      throw error
    }
  })
  if (vectors && !existsSync(join(folder, vectors.file)))
    damage.push(`${join(folder, vectors.file)} is missing`)
  return damage
}

export function closeIndex(index: WordIndex): void {
  for (const { segment } of index.segments) segment.positions.close()
}
