import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase, type DatabaseAddress } from '../db/open.ts'
import { createLog } from '../runtime/log.ts'
import { openEngine, type EngineStatus } from './engine.ts'
import type { Found, FindRequest } from './index/find.ts'

/** What the thread is started with. */
export type EngineThreadData = { address: DatabaseAddress; folder: string; keep: boolean; logLevel: string }

/** What can be asked of it; each is answered by one reply with its number. */
export type EngineRequest =
  | { number: number; kind: 'find'; request: FindRequest }
  | { number: number; kind: 'similar'; id: number; count: number }
  | { number: number; kind: 'caught-up' }
  | { number: number; kind: 'status' }
  | { number: number; kind: 'close' }
  | { kind: 'wake' }
export type EngineAnswers = {
  find: Found
  similar: { id: number; similarity: number }[]
  'caught-up': null
  status: EngineStatus
  close: null
}
export type EngineReply =
  | { number: number; ok: true; answer: EngineAnswers[keyof EngineAnswers] }
  | { number: number; ok: false; error: string }
  | { ready: true }

const port = parentPort
if (!port) throw new Error('the search engine runs in a thread of its own')
const { address, folder, keep, logLevel } = workerData as EngineThreadData
const log = createLog(logLevel)
const db = openDatabase(address, {
  size: 2,
  onError: (error) => log.warn({ error: error.message }, 'a connection of the search index was lost'),
})
const engine = await openEngine(db, { folder, keep, log })
const reply = (message: EngineReply) => port.postMessage(message)

async function answer(
  request: Exclude<EngineRequest, { kind: 'wake' }>,
): Promise<EngineAnswers[keyof EngineAnswers]> {
  switch (request.kind) {
    case 'find':
      return engine.find(request.request)
    case 'similar':
      return engine.similar(request.id, request.count)
    case 'status':
      return engine.status()
    case 'caught-up':
      await engine.caughtUp()
      return null
    case 'close':
      await engine.close()
      await db.destroy()
      return null
  }
}

port.on('message', (request: EngineRequest) => {
  if (request.kind === 'wake') {
    engine.wake()
    return
  }
  const { number } = request
  void answer(request)
    .then(
      (found): EngineReply => ({ number, ok: true, answer: found }),
      (error: unknown): EngineReply => ({
        number,
        ok: false,
        error: String((error as Error).stack ?? error),
      }),
    )
    .then(reply)
    .finally(() => {
      if (request.kind === 'close') port.close()
    })
})
reply({ ready: true })
