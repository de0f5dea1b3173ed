import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { UsageError } from './usage-error.ts'

/** What keeps a new file from being put at a path; null when nothing does. */
export async function obstacleAt(path: string): Promise<'file' | 'folder' | 'no-folder' | null> {
  const found = await stat(path).catch(() => null)
  if (found) return found.isDirectory() ? 'folder' : 'file'
  const folder = await stat(dirname(path)).catch(() => null)
  return folder?.isDirectory() ? null : 'no-folder'
}

/** The whole path of a new file, or a `UsageError` that says why none can be put there. */
export async function newFile(target: string): Promise<string> {
  const path = resolve(target)
  const obstacle = await obstacleAt(path)
  if (obstacle === 'folder') throw new UsageError(`${target} is a folder. Name a new file.`)
  if (obstacle === 'file') throw new UsageError(`${target} exists already. Name a new file.`)
  if (obstacle === 'no-folder')
    throw new UsageError(`There is no folder ${dirname(path)} to put the file in.`)
  return path
}

/**
 * What a command writes to: the draft of a file, or standard output. An error of it names it (`path`), so that it is not taken
 * for one of the database.
 */
export function openOutput(
  file: string | null,
  { draft, mode }: { draft: string | null; mode: number },
): Writable {
  const out = draft === null ? process.stdout : createWriteStream(draft, { mode, flags: 'wx' })
  out.once('error', (error) => Object.assign(error, { path: file ?? STANDARD_OUTPUT }))
  return out
}

const STANDARD_OUTPUT = 'standard output'

/** Whether an error means that whoever reads our standard output has stopped. */
export function isOutputClosed(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'EPIPE' &&
    'path' in error &&
    error.path === STANDARD_OUTPUT
  )
}
