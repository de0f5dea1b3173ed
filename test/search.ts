import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { Database } from '../src/db/schema.ts'
import { createLog } from '../src/runtime/log.ts'
import { openEngine, type Engine } from '../src/search/engine.ts'
import { openMeaning, type Meaning } from '../src/search/meaning.ts'
import type { SearchIndex, SearchRoom } from '../src/search/search.ts'

/** By words only: nothing is loaded. */
export const NO_MEANING: Meaning = openMeaning(
  { embeddingsUrl: null, embeddingsKey: null, embeddingsModel: 'none', dataFolder: tmpdir() },
  { log: createLog('silent') },
)

/**
 * A search room for tests of a site: the real index, in this thread and a folder of its own, opened by the first search.
 * Each search sees all that was recorded before it.
 */
export function searchRoom(db: Kysely<Database>, meaning: Meaning = NO_MEANING): SearchRoom {
  return { db, meaning, index: indexFor(db), timeZone: 'America/New_York' }
}

const opened = new Map<Kysely<Database>, Promise<Engine>>()
const folders: string[] = []

function indexFor(db: Kysely<Database>): SearchIndex {
  const engine = async () => {
    let promise = opened.get(db)
    if (!promise) {
      const folder = mkdtempSync(join(tmpdir(), 'broadsheet-index-'))
      folders.push(folder)
      promise = openEngine(db, { folder, keep: false, log: createLog('silent') })
      opened.set(db, promise)
    }
    const open = await promise
    await open.caughtUp()
    return open
  }
  return {
    find: async (request) => (await engine()).find(request),
    correct: async (question) => (await engine()).correct(question),
    similar: async (id, count) => (await engine()).similar(id, count),
    status: async () => (await engine()).status(),
  }
}

/** Closes what `searchRoom` opened for a database; its tests end with it. */
export async function closeSearchRooms(): Promise<void> {
  for (const engine of opened.values()) await (await engine).close()
  opened.clear()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}
