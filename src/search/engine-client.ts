import { Worker } from 'node:worker_threads'
import type { DatabaseAddress } from '../db/open.ts'
import type { Logger } from '../runtime/log.ts'
import { threadFile } from '../runtime/thread-file.ts'
import type { EngineAnswers, EngineReply, EngineRequest, EngineThreadData } from './engine-thread.ts'
import type { EngineStatus } from './engine.ts'
import type { Found, FindRequest } from './index/find.ts'

/** The search engine does not answer right now: it is starting, or it broke and is being started again. */
export class SearchAway extends Error {}

/** The search engine in a thread of its own, so that nobody else waits for it. */
export type EngineClient = {
  /** All throw `SearchAway`. */
  find(request: FindRequest): Promise<Found>
  similar(id: number, count: number): Promise<{ id: number; similarity: number }[]>
  status(): Promise<EngineStatus>
  caughtUp(): Promise<void>
  /** Tells it that the database has changed. */
  wake(): void
  close(): Promise<void>
}

/** A thread that breaks is started again after so long, and after twice as long each time that does not help. */
const RESTART_MS = { first: 1_000, longest: 60_000 }
/** Searches that wait for an answer; beyond, one is better told so at once. */
const MOST_WAITING = 1_000
/** Longer nobody waits for results. */
const WAIT_MS = 15_000

type Pending = { resolve: (answer: never) => void; reject: (error: Error) => void }

export function startEngine({
  address,
  folder,
  keep,
  log,
}: {
  address: DatabaseAddress
  folder: string
  keep: boolean
  log: Logger
}): EngineClient {
  const data: EngineThreadData = { address, folder, keep, logLevel: log.level }
  const pending = new Map<number, Pending>()
  let lastNumber = 0
  let closing = false
  let restartMs = RESTART_MS.first
  let restart: NodeJS.Timeout | undefined
  /** null while it is to be started again. */
  let worker: Worker | null = start()

  function start(): Worker {
    const started = new Worker(threadFile(import.meta.url, 'engine-thread'), { workerData: data })
    started.on('message', (reply: EngineReply) => {
      if ('ready' in reply) {
        restartMs = RESTART_MS.first
        return
      }
      const caller = pending.get(reply.number)
      pending.delete(reply.number)
      if (reply.ok) caller?.resolve(reply.answer as never)
      else caller?.reject(new Error(`the search engine failed: ${reply.error}`))
    })
    started.on('error', (error) =>
      log.error({ error: error.stack ?? error.message }, 'the search engine broke'),
    )
    started.on('exit', () => {
      for (const { reject } of pending.values()) reject(new SearchAway('The search engine broke off.'))
      pending.clear()
      worker = null
      if (closing) return
      restart = setTimeout(() => (worker = start()), restartMs)
      restartMs = Math.min(restartMs * 2, RESTART_MS.longest)
    })
    return started
  }

  function ask<K extends keyof EngineAnswers>(
    request: Extract<EngineRequest, { kind: K }> extends infer R ? Omit<R & { kind: K }, 'number'> : never,
  ): Promise<EngineAnswers[K]> {
    const running = worker
    if (closing || !running) return Promise.reject(new SearchAway('The search engine is not running.'))
    if (pending.size >= MOST_WAITING) return Promise.reject(new SearchAway('The search engine is busy.'))
    const number = ++lastNumber
    return new Promise<EngineAnswers[K]>((resolve, reject) => {
      pending.set(number, { resolve, reject })
      running.postMessage({ number, ...request }, [])
    })
  }

  /** For those whom a reader waits for. */
  async function inTime<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new SearchAway('The search engine takes too long.')), WAIT_MS)
    })
    try {
      return await Promise.race([answer, tooLate])
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    find: (request) => inTime(ask<'find'>({ kind: 'find', request })),
    similar: (id, count) => inTime(ask<'similar'>({ kind: 'similar', id, count })),
    status: () => inTime(ask<'status'>({ kind: 'status' })),
    async caughtUp() {
      await ask<'caught-up'>({ kind: 'caught-up' })
    },
    wake: () => worker?.postMessage({ kind: 'wake' } satisfies EngineRequest, []),
    async close() {
      if (closing) return
      const done = ask<'close'>({ kind: 'close' }).catch(() => null)
      closing = true
      clearTimeout(restart)
      await done
      await worker?.terminate()
    },
  }
}
