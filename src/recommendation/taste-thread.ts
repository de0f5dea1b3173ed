import { workerData } from 'node:worker_threads'
import { openDatabase, type DatabaseAddress } from '../db/open.ts'
import { createLog } from '../runtime/log.ts'
import { answerCalls } from '../runtime/worker-thread.ts'
import { openTaste } from './open-taste.ts'
import type { Interest, RankQuestion, Ranking } from './taste.ts'

/** What the thread is started with. */
export type TasteThreadData = { address: DatabaseAddress; logLevel: string }

/** What can be asked of it. */
export type TasteCalls = {
  rank: { question: RankQuestion; answer: Ranking }
  interests: { question: { readerId: string; now: Date }; answer: Interest[] }
  askAbout: { question: { readerId: string; now: Date; count: number }; answer: number[] }
  wake: { question: null; answer: null }
  close: { question: null; answer: null }
}

const { address, logLevel } = workerData as TasteThreadData
const log = createLog(logLevel)
const db = openDatabase(address, {
  size: 3,
  onError: (error) => log.warn({ error: error.message }, 'a connection of the taste thread was lost'),
})
const taste = openTaste(db)
// What fails here fails again for whoever asks, and is told there.
taste.warmUp().catch(() => undefined)
answerCalls<TasteCalls>({
  rank: (question) => taste.rank(question),
  interests: (question) => taste.interests(question),
  askAbout: (question) => taste.askAbout(question),
  wake() {
    taste.wake()
    return null
  },
  async close() {
    await taste.close()
    await db.destroy()
    return null
  },
})
