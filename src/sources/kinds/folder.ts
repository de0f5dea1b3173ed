import { createHash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { lstat, readdir, realpath } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { decodeText } from '../formats/decode-text.ts'
import { detectFormat } from '../formats/format.ts'
import { readFormat } from '../formats/read-format.ts'
import { SourceTrouble, type HarvestPage, type SourceKind, type TaskRun } from '../source-kind.ts'
import type { HarvestOutcome } from '../../papers/harvested-paper.ts'
import { inOnePiece } from '../formats/lines.ts'

/** A file that was changed so recently may still be being written. */
const SETTLED_MS = 10_000
const MOST_FILES = 10_000
/** A link that took a file's place meanwhile could lead to any other. */
const NO_LINK = { flags: constants.O_RDONLY | constants.O_NOFOLLOW } as unknown as { flags: string }

const settings = z.object({
  folder: z
    .string({ error: 'name a folder or a file, by its whole path' })
    .refine(isAbsolute, 'name it by its whole path, beginning with /'),
})
type Settings = z.infer<typeof settings>

/** The files that were taken in, by name: their digest, and their state on the disk by which they need not be read again. */
type Cursor = Record<string, { digest: string; state: string }>

/** A folder, or a file: exports that other programs put there are taken in, each once, and stay where they are. */
export const folder: SourceKind<Settings> = {
  kind: 'folder',
  title: 'A folder',
  about: 'Files of papers that other programs put into a folder of this machine.',
  settings,
  onlyByCommand: true,
  options: [
    {
      name: 'folder',
      label: 'Folder',
      hint: 'The whole path of a folder or a file on this machine',
      required: true,
    },
  ],
  describe: ({ folder: path }) => path,
  tasks: [
    {
      name: 'files',
      schedule: { pattern: '* * * * *', timeZone: 'UTC', spreadMs: 0 },
      silentAfterHours: 24,
      harvest: harvestFiles,
    },
  ],
  async *reread(record) {
    const format = detectFormat({ name: '', head: record })
    if (format !== null) yield* await readFormat(format, inOnePiece(record), { now: new Date() })
  },
}

async function* harvestFiles(run: TaskRun<Settings>): AsyncGenerator<HarvestPage> {
  // Anyone who may use the desk must not read any file of the machine.
  if (!run.trusted) throw new SourceTrouble('A folder can only be added by a command on the machine itself.')
  const taken: Cursor = { ...(run.cursor as Cursor | null) }
  const unreadable: string[] = []
  for (const path of await filesIn(run.settings.folder)) {
    const found = await lstat(path).catch(() => null)
    if (!found?.isFile() || Math.abs(run.now().getTime() - found.mtimeMs) < SETTLED_MS) continue
    const state = `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`
    if (taken[path]?.state === state) continue
    const digest = await digestOf(path).catch(() => null)
    if (digest === null) {
      unreadable.push(path)
      continue
    }
    const isTaken = Object.values(taken).some((one) => one.digest === digest)
    taken[path] = { digest, state }
    yield { outcomes: isTaken ? [] : outcomesIn(path, { now: run.now() }), cursor: { ...taken } }
    run.signal.throwIfAborted()
  }
  // All others come first.
  const [first] = unreadable
  if (first !== undefined)
    throw new SourceTrouble(
      `This program may not read ${first}${unreadable.length > 1 ? ` and ${unreadable.length - 1} more` : ''}.`,
    )
}

async function filesIn(named: string): Promise<string[]> {
  // Whoever runs the machine may name a link; what is in the folder may be anybody's.
  const path = await realpath(named).catch(() => named)
  const found = await lstat(path).catch(() => null)
  if (found?.isFile()) return [path]
  if (!found?.isDirectory()) throw new SourceTrouble(`There is no folder or file ${path}.`)
  const names = await readdir(path).catch(() => {
    throw new SourceTrouble(`The folder ${path} cannot be read.`)
  })
  if (names.length > MOST_FILES)
    throw new SourceTrouble(`The folder ${path} has more than ${MOST_FILES} files.`)
  return names
    .filter((name) => !name.startsWith('.'))
    .toSorted()
    .map((name) => join(path, name))
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, NO_LINK)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

async function* outcomesIn(path: string, { now }: { now: Date }): AsyncGenerator<HarvestOutcome> {
  const chunks = decodeText(createReadStream(path, NO_LINK))[Symbol.asyncIterator]()
  try {
    const first = await chunks.next()
    const head = first.done ? '' : first.value
    const format = detectFormat({ name: path, head })
    if (format === null) {
      yield {
        ok: false,
        position: path,
        reason: 'Its format could not be told from its name and its beginning.',
      }
      return
    }
    async function* text() {
      yield head
      yield* { [Symbol.asyncIterator]: () => chunks }
    }
    for await (const outcome of await readFormat(format, text(), { now }))
      yield outcome.ok ? outcome : { ...outcome, position: `${path}, ${outcome.position}` }
  } catch (error) {
    // What came before stays; the rest comes when the file is mended.
    yield { ok: false, position: path, reason: error instanceof Error ? error.message : String(error) }
  }
}
