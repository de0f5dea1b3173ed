import { randomUUID } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { driveInTurns } from '../runtime/in-turns.ts'
import type { Logger } from '../runtime/log.ts'
import type { FollowedVectors, VectorFollower } from './follow-vectors.ts'
import { newWords, takeInPapers, type FollowedWords } from './follow-words.ts'
import {
  closeIndex,
  hasSegment,
  keepIn,
  openIndexFolder,
  removeSegments,
  sweepFolder,
} from './index/index-folder.ts'
import { isSameManifest, readManifest, replaceManifest, type FoundManifest } from './index/manifest.ts'
import {
  dueForMerge,
  mergeHeld,
  removedFrom,
  removePapers,
  type Held,
  type WordIndex,
} from './index/word-index.ts'
import { readChanges } from './read-changes.ts'

/** The words of all papers, and what the disk has of them. */
export type StoredIndex = {
  /** What searches use; another object after another process's index was taken over. */
  words(): FollowedWords
  /** Why the index on the disk was not used; null when all is well. */
  remade(): string | null
  /** The vectors on the disk that this process may go on with. */
  keptVectors(): FollowedVectors['kept'] | null
  /**
   * Merges what is due and writes down what is worth it; whether there is more to do at once. `idle`: whether all that is
   * in the database is in.
   */
  tidy(options: { idle: boolean }): Promise<boolean>
  /** At the end: writes down what is in memory only as well, so that the next start is quick. */
  keepRest(): Promise<void>
  close(): void
}

/** In memory only, so many papers are read again at the next start. */
const UNKEPT = 2_000
/** Vectors that came in since are read again at the next start. */
const VECTORS_UNKEPT = 5_000

/**
 * Opens the index in a folder. `keep`: whether this process writes to the folder. `anew`: what is there is left aside, and
 * replaced at the end. Whoever writes replaces only the manifest it goes on from: when another process has written one,
 * that is taken over instead. An index that does not go on from what is there takes its place only when all that is in
 * the database is in it.
 */
export async function openStoredIndex(
  db: Kysely<Database>,
  {
    folder,
    keep,
    anew,
    vectors,
    log,
  }: { folder: string; keep: boolean; anew: boolean; vectors: VectorFollower; log: Logger },
): Promise<StoredIndex> {
  const database = await databaseId(db)
  let words = newWords()
  let remade: string | null = null
  /** What was in force when this process last looked: it replaces nothing else. */
  let read: FoundManifest = readManifest(folder)
  /** Whether `words` does not go on from what is there. */
  let apart = anew && read.number > 0
  /** Whether what others write is left aside as well. */
  let overruling = anew
  /** Segments that were merged into others and are to be removed when no manifest names them any more. */
  let retired: string[] = []
  if (!anew) words = (await load()) ?? words

  /** Reads what is there; null when there is nothing that can be used. */
  async function load(): Promise<FollowedWords | null> {
    const opened = openIndexFolder(folder, { database })
    if (!opened.ok) return setAside(opened)
    try {
      const { through } = opened.found.manifest
      const gone = [...opened.found.manifest.gone, ...(await removedPapers(db))]
      if (through > (await lastChange(db))) {
        closeIndex(opened.index)
        return setAside({ reason: 'the database was set back', found: opened.found })
      }
      removePapers(opened.index, gone)
      // Not before all of it has worked: what is read may be replaced.
      read = opened.found
      apart = false
      retired = []
      return { index: opened.index, through, gone }
    } catch (error) {
      closeIndex(opened.index)
      throw error
    }
  }

  function setAside({ reason, found }: { reason: string | null; found: FoundManifest }): null {
    read = found
    apart = reason !== null
    if (reason === null) return null
    remade = reason
    log.warn({ reason }, 'the search index cannot be used and is rebuilt')
    return null
  }

  // --- Merging ---

  async function merge(parts: Held[], { kept }: { kept: boolean }): Promise<void> {
    const files = parts.flatMap(({ file }) => file ?? [])
    const keeping = kept ? keepIn(folder) : null
    try {
      await driveInTurns(mergeHeld(words.index, parts, keeping))
    } catch (error) {
      keeping?.discard()
      throw error
    }
    retired.push(...files)
  }

  async function mergeWhatIsDue({ all }: { all: boolean }): Promise<void> {
    for (;;) {
      const tail = keep ? unkeptTail(words.index) : []
      const due = dueForMerge(words.index)
      if (tail.length > 0 && (all || papersOf(tail) >= UNKEPT)) await merge(tail, { kept: true })
      else if (due) await merge(due, { kept: keep && worthKeeping(due) })
      else return
    }
  }

  // --- Writing it down ---

  function isWritingDue({ idle }: { idle: boolean }): boolean {
    if (!keep) return false
    if (apart) return idle
    const unkeptVectors = vectors.current()?.unkept ?? 0
    if (unkeptVectors > (idle ? 0 : VECTORS_UNKEPT)) return true
    const named = read.ok ? read.manifest.segments.map(({ name }) => name) : []
    return (
      named.join() !==
      keptSegments(words.index)
        .map(({ file }) => file)
        .join()
    )
  }

  /** Whether it was written down; otherwise what was in the way has been seen to. */
  async function writeDown(): Promise<boolean> {
    const found = readManifest(folder)
    if (!isSameManifest(found, read)) {
      await heed(found)
      return false
    }
    if (forgetMissingFiles()) return false
    if (apart && (await hasMoreChanges())) return false
    return write()
  }

  /** Another process has written a manifest. */
  async function heed(found: FoundManifest): Promise<void> {
    if (overruling) {
      read = found
      apart = true
      return
    }
    log.info('another process has written the search index')
    const other = await load()
    if (!other) return
    // Nothing that could be found may be missing meanwhile.
    while (other.through < words.through && (await takeInPapers(db, other)).more);
    closeIndex(words.index)
    words = other
    const kept = read.ok ? read.manifest.vectors : null
    if (kept) vectors.goOnWith(kept, { gone: other.gone })
  }

  /** While there are none, this index has all that any manifest read before can have. */
  async function hasMoreChanges(): Promise<boolean> {
    return (await readChanges(db, { after: words.through, limit: 1 })).through > words.through
  }

  /** Has files that somebody removed written again, out of what is in memory or still open; whether there are any. */
  function forgetMissingFiles(): boolean {
    const { segments } = words.index
    const first = segments.findIndex(({ file }) => file !== null && !hasSegment(folder, file))
    if (first >= 0) {
      apart = true
      for (const held of segments.slice(first)) {
        if (held.file !== null) retired.push(held.file)
        held.file = null
      }
    }
    return vectors.forgetMissingFile() || first >= 0
  }

  function write(): boolean {
    const kept = keptSegments(words.index)
    const complete = kept.length === words.index.segments.length
    const before = !apart && read.ok ? read.manifest.through : 0
    const followed = vectors.current()
    followed?.store.sync()
    const written = replaceManifest(folder, read, {
      database,
      through: complete ? words.through : Math.max(before, kept.at(-1)?.through ?? 0),
      segments: kept.map((held) => ({ name: held.file ?? '', through: held.through })),
      gone: removedFrom(words.index, kept),
      vectors: followed && { ...followed.kept },
    })
    if (!written) return false
    read = written
    apart = false
    overruling = false
    if (followed) followed.unkept = 0
    const removable = retired
    retired = []
    removeSegments(folder, removable)
    sweepFolder(folder, written.manifest, { now: Date.now() })
    return true
  }

  return {
    words: () => words,
    remade: () => remade,
    keptVectors() {
      if (apart) return null
      const found = readManifest(folder)
      return found.ok && found.manifest.database === database ? found.manifest.vectors : null
    },
    async tidy({ idle }) {
      await mergeWhatIsDue({ all: apart && idle })
      return isWritingDue({ idle }) && !(await writeDown())
    },
    async keepRest() {
      if (!keep || apart) return
      forgetMissingFiles()
      const tail = unkeptTail(words.index)
      if (tail.length > 0) await merge(tail, { kept: true })
      const isNew = !read.ok || read.manifest.through !== words.through
      if (tail.length > 0 || isNew || isWritingDue({ idle: true })) {
        // What another process has written meanwhile stands: the rest is read from the database at the next start.
        if (isSameManifest(readManifest(folder), read)) write()
      }
    },
    close: () => closeIndex(words.index),
  }
}

/** Those before the first that is in memory only. */
function keptSegments({ segments }: WordIndex): Held[] {
  const first = segments.findIndex(({ file }) => file === null)
  return first < 0 ? segments : segments.slice(0, first)
}

/** The segments at the end that are in memory only. */
function unkeptTail({ segments }: WordIndex): Held[] {
  return segments.slice(segments.findLastIndex(({ file }) => file !== null) + 1)
}

function worthKeeping(parts: Held[]): boolean {
  return parts.some(({ file }) => file !== null) || papersOf(parts) >= UNKEPT
}

function papersOf(parts: Held[]): number {
  return parts.reduce((sum, { segment, dead }) => sum + segment.papers.ids.length - dead, 0)
}

/** Which database this is, for good: an index of another is of no use. */
async function databaseId(db: Kysely<Database>): Promise<string> {
  await db
    .insertInto('site_state')
    .values({ name: 'database_id', value: JSON.stringify(randomUUID()) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { value } = await db
    .selectFrom('site_state')
    .select('value')
    .where('name', '=', 'database_id')
    .executeTakeFirstOrThrow()
  return String(value)
}

async function lastChange(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ last: number }>`select last_value as last from papers_index_seq`.execute(db)
  return rows[0]?.last ?? 0
}

async function removedPapers(db: Kysely<Database>): Promise<number[]> {
  const rows = await db.selectFrom('paper_removals').select('paper_id').execute()
  return rows.map(({ paper_id }) => paper_id)
}
