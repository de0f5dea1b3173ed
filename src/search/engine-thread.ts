import { workerData } from 'node:worker_threads'
import { openDatabase, type DatabaseAddress } from '../db/open.ts'
import { createLog } from '../runtime/log.ts'
import { answerCalls } from '../runtime/worker-thread.ts'
import { openEngine, type EngineStatus } from './engine.ts'
import type { CorrectedQuery, CorrectQuestion } from './index/correct-query.ts'
import type { Found, FindRequest } from './index/find.ts'

/** What the thread is started with. */
export type EngineThreadData = { address: DatabaseAddress; folder: string; keep: boolean; logLevel: string }

/** What can be asked of it. */
export type EngineCalls = {
  find: { question: FindRequest; answer: Found }
  correct: { question: CorrectQuestion; answer: CorrectedQuery }
  similar: { question: { id: number; count: number }; answer: { id: number; similarity: number }[] }
  caughtUp: { question: null; answer: null }
  status: { question: null; answer: EngineStatus }
  /** That the database has changed. */
  wake: { question: null; answer: null }
  close: { question: null; answer: null }
}

const { address, folder, keep, logLevel } = workerData as EngineThreadData
const log = createLog(logLevel)
const db = openDatabase(address, {
  size: 2,
  onError: (error) => log.warn({ error: error.message }, 'a connection of the search index was lost'),
})
const engine = await openEngine(db, { folder, keep, log })
answerCalls<EngineCalls>({
  find: (request) => engine.find(request),
  correct: (question) => engine.correct(question),
  similar: ({ id, count }) => engine.similar(id, count),
  async caughtUp() {
    await engine.caughtUp()
    return null
  },
  status: () => engine.status(),
  wake() {
    engine.wake()
    return null
  },
  async close() {
    await engine.close()
    await db.destroy()
    return null
  },
})
