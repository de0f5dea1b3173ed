import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { sql, type Kysely } from 'kysely'
import { isConnectionLost } from '../db/connect.ts'
import { LOCKS } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { driveInTurns, mapInTurns } from '../runtime/in-turns.ts'
import type { Logger } from '../runtime/log.ts'
import { followVectors } from './follow-vectors.ts'
import { find, type Found, type FindRequest } from './index/find.ts'
import {
  closeIndex,
  keepIn,
  openIndexFolder,
  readManifest,
  removeSegments,
  sweepFolder,
  writeManifest,
  type Manifest,
} from './index/index-folder.ts'
import { Scores } from './index/match-words.ts'
import {
  addPapers,
  dueForMerge,
  mergeHeld,
  newWordIndex,
  removePapers,
  type Held,
  type WordIndex,
} from './index/word-index.ts'
import { readChanges, toIndexedPaper } from './read-changes.ts'

/** How far the index is. */
export type EngineStatus = {
  /** Papers that can be found. */
  papers: number
  /** The last change of the database that is in. */
  through: number
  /** Whether everything was in when it was last looked. */
  upToDate: boolean
  /** The model whose vectors are searched, null without any. */
  model: string | null
  /** Papers that can be found by meaning. */
  vectors: number
  segments: number
  /** Why the index on the disk was not used and is made anew; null when all is well. */
  remade: string | null
}

/** The search index of one process, kept level with the database. */
export type Engine = {
  find(request: FindRequest): Found
  /** The papers nearest in meaning to a paper, best first; empty while it has no vector. */
  similar(id: number, count: number): { id: number; similarity: number }[]
  status(): EngineStatus
  /** Looks for changes now instead of at the next regular time. */
  wake(): void
  /** Resolves when everything that was committed before the call is in. */
  caughtUp(): Promise<void>
  /** Stops, with what is known on the disk. */
  close(): Promise<void>
  /** For each indexed paper, calls with its id and the change it is the state after. */
  forEachPaper(visit: (id: number, seq: number) => void): void
  forEachVector(visit: (id: number, seq: number) => void): void
}

/** Papers read at once: their words are found in about 20 ms, for which searches wait. */
const BATCH = 250
/** In memory only, so many papers are read again at the next start. */
const UNKEPT = 2_000
const LOOK_EVERY_MS = 5_000
const RETRY_MS = 1_000
/** Vectors that came in since are read again at the next start. */
const VECTORS_UNKEPT = 5_000

/**
 * Opens the index in a folder and follows the database from then on. A search finds what is in so far. An index that is
 * damaged, or of another database or version, is made anew. `keep`: whether this process writes the index to the
 * folder; others only read it. `anew`: what is in the folder is left aside and replaced.
 */
export async function openEngine(
  db: Kysely<Database>,
  {
    folder,
    keep,
    anew = false,
    log,
    onProgress = () => {},
  }: {
    folder: string
    keep: boolean
    anew?: boolean
    log: Logger
    onProgress?: (status: EngineStatus) => void
  },
): Promise<Engine> {
  mkdirSync(folder, { recursive: true })
  const database = await databaseId(db)
  const scratch = new Scores()
  let index: WordIndex = newWordIndex()
  let manifest: Manifest | null = null
  let remade: string | null = null
  let through = 0
  /** Papers that went before the index was opened. */
  let gone: number[] = []
  let upToDate = false
  const vectors = followVectors(db, { folder, keep })

  async function load(): Promise<void> {
    const opened = openIndexFolder(folder, { database })
    if (opened.ok) {
      closeIndex(index)
      index = opened.index
      manifest = opened.manifest
      through = opened.manifest.through
      // They may be in segments that were kept before they went.
      const rows = await db.selectFrom('paper_removals').select('paper_id').execute()
      gone = rows.map(({ paper_id }) => paper_id)
      removePapers(index, gone)
      return
    }
    if (opened.reason === null) return
    remade = opened.reason
    log.warn({ reason: opened.reason }, 'the search index cannot be used and is made anew')
  }
  if (!anew) {
    await load()
    const last = await lastChange(db)
    if (through > last) {
      remade = 'the database was set back'
      log.warn({ through, last }, 'the search index is ahead of the database and is made anew')
      closeIndex(index)
      index = newWordIndex()
      through = 0
      manifest = null
    }
  }

  // --- Following the database ---

  const closing = new AbortController()
  let interrupt: () => void = () => {}
  let looks = 0
  let waiting: { look: number; resolve: () => void }[] = []
  let failing = false

  async function follow(): Promise<void> {
    while (!closing.signal.aborted) {
      const look = ++looks
      let more = true
      try {
        const took = await takeIn()
        upToDate = !took.papers
        more = took.papers || took.vectors
        failing = false
      } catch (error) {
        if (!isConnectionLost(error)) log.error({ error: String((error as Error).stack) }, 'the search index')
        else if (!failing) log.warn('the search index waits for the database')
        failing = true
        await pause(RETRY_MS)
        continue
      }
      onProgress(status())
      if (more) continue
      waiting = waiting.filter((caller) => {
        // A look that was under way when it was called may have missed something.
        if (caller.look >= look) return true
        caller.resolve()
        return false
      })
      if (waiting.length === 0 && !closing.signal.aborted) await pause(LOOK_EVERY_MS)
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms)
      function done() {
        clearTimeout(timer)
        interrupt = () => {}
        resolve()
      }
      interrupt = done
    })
  }

  /** Takes in the next changes; whether there may be more of each. */
  async function takeIn(): Promise<{ papers: boolean; vectors: boolean }> {
    const changes = await readChanges(db, { after: through, limit: BATCH })
    const more = changes.through > through
    if (more) {
      const papers = await mapInTurns(changes.papers, toIndexedPaper)
      addPapers(index, papers, changes.through)
      removePapers(index, changes.removed)
      vectors.remove(changes.removed)
      through = changes.through
    }
    const known = anew ? null : (manifest?.vectors ?? null)
    const moreVectors = await vectors.takeIn({ known, gone })
    await tidy({ idle: !more && !moreVectors })
    return { papers: more, vectors: moreVectors }
  }

  // --- Keeping it ---

  async function tidy({ idle }: { idle: boolean }): Promise<void> {
    const replaced: string[] = []
    for (;;) {
      const parts = unkeptTail() ?? dueForMerge(index)
      if (!parts) break
      const files = parts.flatMap(({ file }) => file ?? [])
      await driveInTurns(mergeHeld(index, parts, keep && worthKeeping(parts) ? keepIn(folder) : null))
      replaced.push(...files)
    }
    const keptPapers = index.segments.filter(({ file }) => file !== null).length
    const vectorsDue = (vectors.current()?.unkept ?? 0) > (idle ? 0 : VECTORS_UNKEPT)
    if (keep && (keptPapers !== (manifest?.segments.length ?? 0) || replaced.length > 0 || vectorsDue))
      await commit(replaced)
  }

  /** The segments at the end that are in memory only, once they are many papers. */
  function unkeptTail(): Held[] | null {
    if (!keep) return null
    const tail = index.segments.slice(index.segments.findLastIndex(({ file }) => file !== null) + 1)
    return papersOf(tail) >= UNKEPT ? tail : null
  }

  function worthKeeping(parts: Held[]): boolean {
    return parts.some(({ file }) => file !== null) || papersOf(parts) >= UNKEPT
  }

  /** Writes down what is kept. When another process has done so meanwhile, its index is taken over instead. */
  async function commit(replaced: string[]): Promise<void> {
    await db.connection().execute(async (connection) => {
      await sql`select pg_advisory_lock(${LOCKS.manifest})`.execute(connection)
      try {
        const found = readManifest(folder)
        if (
          !anew &&
          found.ok &&
          manifest &&
          found.manifest.token !== manifest.token &&
          found.manifest.database === database
        ) {
          log.info('another process has written the search index')
          await load()
          return
        }
        const kept = index.segments.slice(0, firstUnkept(index))
        const followed = vectors.current()
        followed?.store.sync()
        const complete = kept.length === index.segments.length
        manifest = writeManifest(folder, {
          database,
          through: complete ? through : (kept.at(-1)?.through ?? 0),
          segments: kept.map((held) => ({ name: held.file ?? '', through: held.through })),
          vectors: followed && { ...followed.kept },
        })
        anew = false
        if (followed) followed.unkept = 0
        removeSegments(folder, replaced)
        sweepFolder(folder, manifest, { now: Date.now() })
      } finally {
        await sql`select pg_advisory_unlock(${LOCKS.manifest})`.execute(connection)
      }
    })
  }

  function status(): EngineStatus {
    return {
      papers: index.table.count,
      through,
      upToDate,
      model: vectors.current()?.model ?? null,
      vectors: vectors.current()?.store.count ?? 0,
      segments: index.segments.length,
      remade,
    }
  }

  const following = follow()
  return {
    find: (request) => find({ words: index, vectors: vectors.current()?.store ?? null }, request, scratch),
    similar(id, count) {
      const store = vectors.current()?.store
      const own = store?.get(id)
      if (!store || !own) return []
      const query = Float32Array.from(own.numbers, (number) => number * own.scale)
      return store
        .nearest(query, { count: count + 1, admitted: index.table.live.subarray(0, index.table.size) })
        .filter((paper) => paper.id !== id)
        .slice(0, count)
    },
    status,
    wake: () => interrupt(),
    caughtUp() {
      return new Promise((resolve) => {
        waiting.push({ look: looks, resolve })
        interrupt()
      })
    },
    async close() {
      closing.abort()
      interrupt()
      await following
      for (const { resolve } of waiting) resolve()
      try {
        if (keep) await keepRest()
      } catch (error) {
        // It is read from the database at the next start.
        log.warn({ error: (error as Error).message }, 'the newest part of the search index was not kept')
      }
      closeIndex(index)
      vectors.close()
    },
    forEachPaper(visit) {
      for (let id = 0; id < index.table.size; id++) {
        if (index.table.live[id] === 1) visit(id, index.table.seqs[id] ?? 0)
      }
    },
    forEachVector(visit) {
      const store = vectors.current()?.store
      if (!store) return
      for (let id = 0; id < store.present.length; id++) {
        if (store.present[id] === 1) visit(id, store.get(id)?.seq ?? 0)
      }
    },
  }

  /** At the end, what is in memory only is kept as well, so that the next start is quick. */
  async function keepRest(): Promise<void> {
    const tail = index.segments.slice(firstUnkept(index))
    if (tail.length > 0) await driveInTurns(mergeHeld(index, tail, keepIn(folder)))
    if (
      tail.length > 0 ||
      (vectors.current()?.unkept ?? 0) > 0 ||
      manifest === null ||
      manifest.through !== through
    )
      await commit([])
  }
}

function firstUnkept({ segments }: WordIndex): number {
  const first = segments.findIndex(({ file }) => file === null)
  return first < 0 ? segments.length : first
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
