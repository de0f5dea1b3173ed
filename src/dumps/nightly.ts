import { createWriteStream } from 'node:fs'
import { readdir, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { keepDraft } from '../runtime/keep-draft.ts'
import { makeFolder } from '../runtime/make-folder.ts'
import { dumpName, keptDumps, removeSuperseded } from './kept-dumps.ts'
import { writeDump } from './write-dump.ts'

/** From this hour of the day on, in UTC, a dump of the day is written. */
const FROM_HOUR = 3
/** A draft that was not written to for so long is of a process that ended. */
const ABANDONED_MS = 10 * 60_000
/** The site itself needs room: so much stays free. */
const LEFT_FREE = 512 * 1024 * 1024

export type NightlyOutcome =
  | { kind: 'written'; name: string; bytes: number }
  /** There is one of today, it is too early, or another process is at it. */
  | { kind: 'not-due' }
  | { kind: 'no-room'; needed: number; free: number }

/**
 * Writes the dump of the day to a folder, if it is time and there is none yet, and removes those that are kept no longer. Where
 * the disk is too full for it, none is written. A file under its name is whole.
 */
export async function writeNightlyDump(
  db: Kysely<Database>,
  {
    folder,
    now,
    ...options
  }: { folder: string; now: Date } & Omit<Parameters<typeof writeDump>[2], 'onProgress'>,
): Promise<NightlyOutcome> {
  const name = dumpName(now, { isNightly: true })
  const file = join(folder, name)
  if (now.getUTCHours() < FROM_HOUR || (await stat(file).catch(() => null))) return { kind: 'not-due' }
  await makeFolder(folder)
  const drafts = (await readdir(folder)).filter((entry) => entry.endsWith('.partial'))
  const writtenTo = await Promise.all(
    drafts.map(async (draft) => (await stat(join(folder, draft)).catch(() => null))?.mtimeMs ?? 0),
  )
  const underway = new Set(drafts.filter((_, i) => Date.now() - (writtenTo[i] ?? 0) < ABANDONED_MS))
  await removeSuperseded(folder, { isUnderway: (draft) => underway.has(draft) })

  const needed = (await sizeExpected(db, folder)) + LEFT_FREE
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize < needed) return { kind: 'no-room', needed, free: bavail * bsize }

  const draft = `${file}.partial`
  // Of two processes that share the folder, the one that makes the draft writes it.
  const out = createWriteStream(draft, { flags: 'wx', mode: 0o644 })
  const isOurs = await new Promise<boolean>((resolve, reject) => {
    out.once('open', () => resolve(true))
    out.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EEXIST' ? resolve(false) : reject(error),
    )
  })
  if (!isOurs) return { kind: 'not-due' }
  try {
    await writeDump(db, out, { now, ...options })
    await keepDraft(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
  await removeSuperseded(folder, { isUnderway: (entry) => underway.has(entry) })
  return { kind: 'written', name, bytes: (await stat(file)).size }
}

/** As large as the last one and a half; before the first, a quarter of the database. */
async function sizeExpected(db: Kysely<Database>, folder: string): Promise<number> {
  const [last] = await keptDumps(folder)
  if (last) return Math.ceil(last.bytes * 1.5)
  const { rows } = await sql<{
    size: number
  }>`select pg_database_size(current_database())::float8 as size`.execute(db)
  return Math.ceil((rows[0]?.size ?? 0) / 4)
}
