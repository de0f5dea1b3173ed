import { mkdirSync } from 'node:fs'
import type { Kysely } from 'kysely'
import { isConnectionLost } from '../db/connect.ts'
import type { Database } from '../db/schema.ts'
import { startLoop, type Next } from '../runtime/background-loop.ts'
import { describeFailure } from '../runtime/describe-failure.ts'
import type { Logger } from '../runtime/log.ts'
import { followVectors } from './follow-vectors.ts'
import { takeInPapers } from './follow-words.ts'
import { correctQuery, type CorrectedQuery, type CorrectQuestion } from './index/correct-query.ts'
import { find, newKeptOrders, type Found, type FindRequest } from './index/find.ts'
import { Scores } from './index/match-words.ts'
import { openStoredIndex } from './stored-index.ts'

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
  /** Why the index on the disk was not used and is rebuilt; null when all is well. */
  remade: string | null
  /** What keeps it from being kept on the disk, in words for everybody; null when all is well. */
  trouble: string | null
}

/** The search index of one process, kept level with the database. */
export type Engine = {
  find(request: FindRequest): Found
  correct(question: CorrectQuestion): CorrectedQuery
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

const LOOK_EVERY_MS = 5_000
const RETRY_MS = 1_000

/**
 * Opens the index in a folder and follows the database from then on. A search finds what is in so far. An index that is
 * damaged, or of another database or version, is rebuilt. `keep`: whether this process writes the index to the
 * folder; others only read it. `anew`: what is in the folder is left aside and, at the end, replaced.
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
  const scratch = new Scores()
  const kept = newKeptOrders()
  const vectors = followVectors(db, { folder, keep })
  const stored = await openStoredIndex(db, { folder, keep, anew, vectors, log })
  const index = () => stored.words().index
  const store = () => vectors.current()?.store ?? null
  let upToDate = false
  let trouble: string | null = null
  let looks = 0
  let waiting: { look: number; resolve: () => void }[] = []

  async function look(): Promise<Next> {
    const number = ++looks
    const more = await takeIn()
    trouble = null
    onProgress(status())
    if (more) return 'again'
    // A look that was under way when it was called may have missed something.
    for (const caller of waiting) if (caller.look < number) caller.resolve()
    waiting = waiting.filter((caller) => caller.look >= number)
    return waiting.length > 0 ? 'again' : undefined
  }

  /** Takes in the next changes; whether there may be more. */
  async function takeIn(): Promise<boolean> {
    const words = stored.words()
    // Vectors first: their file is open when it is said which papers went.
    const moreVectors = await vectors.takeIn({ known: () => stored.keptVectors(), gone: words.gone })
    const papers = await takeInPapers(db, words)
    vectors.remove(papers.removed)
    const toTidy = await stored.tidy({ idle: !papers.more && !moreVectors })
    upToDate = !papers.more && !toTidy
    return papers.more || moreVectors || toTidy
  }

  function sayFailure(error: unknown, { again }: { again: boolean }): Next {
    if (isConnectionLost(error)) {
      if (!again) log.warn('the search index waits for the database')
      return { restMs: RETRY_MS }
    }
    const failure = describeFailure(error)
    trouble = failure?.kind === 'full' ? 'the disk is full' : 'the search index cannot be kept'
    if (!failure) log.error({ error: String((error as Error).stack) }, 'the search index')
    else if (!again) log.warn(`the search index waits: ${failure.reason}`)
    // What comes in meanwhile is found all the same.
    return { restMs: RETRY_MS }
  }

  function status(): EngineStatus {
    return {
      papers: index().table.count,
      through: stored.words().through,
      upToDate,
      model: vectors.current()?.model ?? null,
      vectors: store()?.count ?? 0,
      segments: index().segments.length,
      remade: stored.remade(),
      trouble,
    }
  }

  const loop = startLoop(look, { everyMs: LOOK_EVERY_MS, onError: sayFailure })
  return {
    find: (request) => find({ words: index(), vectors: store(), kept }, request, scratch),
    correct: (question) => correctQuery(index(), question),
    similar(id, count) {
      const own = store()?.get(id)
      if (!own) return []
      const query = Float32Array.from(own.numbers, (number) => number * own.scale)
      const { live, size } = index().table
      const nearest = store()?.nearest(query, { count: count + 1, admitted: live.subarray(0, size) }) ?? []
      return nearest.filter((paper) => paper.id !== id).slice(0, count)
    },
    status,
    wake: () => loop.wake(),
    caughtUp() {
      return new Promise((resolve) => {
        waiting.push({ look: looks, resolve })
        loop.wake()
      })
    },
    async close() {
      await loop.close()
      for (const { resolve } of waiting) resolve()
      try {
        await stored.keepRest()
      } catch (error) {
        // It is read from the database at the next start.
        log.warn({ error: (error as Error).message }, 'the newest part of the search index was not kept')
      }
      stored.close()
      vectors.close()
    },
    forEachPaper(visit) {
      const { live, seqs, size } = index().table
      for (let id = 0; id < size; id++) if (live[id] === 1) visit(id, seqs[id] ?? 0)
    },
    forEachVector(visit) {
      const vectors = store()
      if (!vectors) return
      for (let id = 0; id < vectors.present.length; id++)
        if (vectors.present[id] === 1) visit(id, vectors.get(id)?.seq ?? 0)
    },
  }
}
