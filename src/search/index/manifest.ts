import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { FORMAT } from './segment-file.ts'

/**
 * A manifest says which files of the folder count. Manifests are numbered, and the highest number is in force. A new one
 * takes the next number by a hard link, which fails when another process has taken that number: so a process can only
 * replace the manifest it has read, and there is no lock that could be lost, or left behind by a process that is killed.
 */

const manifestShape = z.object({
  format: z.literal(FORMAT),
  /** Which database it was made from. */
  database: z.string(),
  /** Changes of the database up to this one are in. */
  through: z.number(),
  segments: z.array(z.object({ name: z.string(), through: z.number() })),
  /** Papers of these segments that are gone or hidden since. */
  gone: z.array(z.number()),
  vectors: z
    .object({ file: z.string(), model: z.string(), dimensions: z.number(), through: z.number() })
    .nullable(),
  /** New with every manifest. */
  token: z.string(),
  /** The tokens of those that it was made from, one after another, the last first: as many as are remembered. */
  before: z.array(z.string()).default([]),
})
export type Manifest = z.infer<typeof manifestShape>

/** The manifest in force; or why it cannot be used, null when there is none yet (its number is 0 then). */
export type FoundManifest = { number: number } & (
  | { ok: true; manifest: Manifest }
  | { ok: false; reason: string | null }
)

/** While somebody looks whether theirs was taken, others never make so many on top of it. */
const REMEMBERED = 64

/** Each further attempt means that somebody else wrote a manifest meanwhile: so many in a row there never are. */
export const MOST_ATTEMPTS = 1_000

/** Throws when the folder cannot be read, which says nothing about what is in it. */
export function readManifest(folder: string): FoundManifest {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const number = newestNumber(folder)
    if (number === 0) return { number, ok: false, reason: null }
    const path = pathOf(folder, number)
    const text = readIfThere(path)
    // Where it is gone, there is a newer one.
    if (text !== null) return { number, ...parse(path, text) }
  }
  throw new Error(`${folder} changes too quickly to be read`)
}

export function isSameManifest(a: FoundManifest, b: FoundManifest): boolean {
  return a.number === b.number && (a.ok ? a.manifest.token : null) === (b.ok ? b.manifest.token : null)
}

/**
 * Puts a new manifest in place of the one that was read; it is on the disk when this returns. null, with nothing changed:
 * another process has replaced that one already.
 */
export function replaceManifest(
  folder: string,
  read: FoundManifest,
  manifest: Omit<Manifest, 'format' | 'token' | 'before'>,
): (FoundManifest & { ok: true }) | null {
  mkdirSync(folder, { recursive: true })
  const { number: replaced } = read
  const before = read.ok ? [read.manifest.token, ...read.manifest.before].slice(0, REMEMBERED) : []
  const whole: Manifest = { format: FORMAT, token: randomUUID(), before, ...manifest }
  const draft = join(folder, `${randomUUID()}.new`)
  const number = replaced + 1
  try {
    writeThrough(draft, JSON.stringify(whole))
    if (!linkIfFree(draft, pathOf(folder, number))) return null
    const newest = readManifest(folder)
    const isTaken = newest.number === number || (newest.ok && newest.manifest.before.includes(whole.token))
    if (!isTaken) {
      // The number was free again, because others are long past it.
      rmSync(pathOf(folder, number), { force: true })
      return null
    }
    syncFolder(folder)
  } finally {
    rmSync(draft, { force: true })
  }
  // The one before stays, so that a listing of the folder that is made meanwhile shows at least one.
  for (const older of numbersIn(folder)) {
    if (older < replaced) rmSync(pathOf(folder, older), { force: true })
  }
  return { number, ok: true, manifest: whole }
}

function pathOf(folder: string, number: number): string {
  return join(folder, `manifest-${number}.json`)
}

/** 0 when there is none. */
function newestNumber(folder: string): number {
  // Looked for twice, as one listing may miss what is renamed or removed while it is made.
  return Math.max(0, ...numbersIn(folder)) || Math.max(0, ...numbersIn(folder))
}

function numbersIn(folder: string): number[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
  return names.flatMap((name) => Number(/^manifest-(\d{1,15})\.json$/.exec(name)?.[1] ?? []))
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

function parse(path: string, text: string) {
  try {
    const parsed = manifestShape.safeParse(JSON.parse(text))
    return parsed.success
      ? { ok: true as const, manifest: parsed.data }
      : { ok: false as const, reason: `${path} is of another version` }
  } catch {
    return { ok: false as const, reason: `${path} is not whole` }
  }
}

function writeThrough(path: string, text: string): void {
  const file = openSync(path, 'wx')
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function linkIfFree(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Makes links and renames last: a folder is a file of its own. Not every system can. */
function syncFolder(folder: string): void {
  try {
    const file = openSync(folder, 'r')
    fsyncSync(file)
    closeSync(file)
  } catch {
    // Then a power cut may bring the old manifest back, with which all is as it was.
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
