import { Worker } from 'node:worker_threads'
import type { DatabaseAddress } from '../db/open.ts'
import type { Logger } from '../runtime/log.ts'
import { openWorkerThread, threadFile } from '../runtime/worker-thread.ts'
import type { EngineCalls, EngineThreadData } from './engine-thread.ts'
import type { EngineStatus } from './engine.ts'
import type { CorrectedQuery, CorrectQuestion } from './index/correct-query.ts'
import type { Found, FindRequest } from './index/find.ts'

/** The search engine does not answer right now: it is starting, or it broke and is being started again. */
export class SearchAway extends Error {}

/** The search engine in a thread of its own, so that nobody else waits for it. */
export type EngineClient = {
  /** All throw `SearchAway`. */
  find(request: FindRequest): Promise<Found>
  correct(question: CorrectQuestion): Promise<CorrectedQuery>
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
  const thread = openWorkerThread<EngineCalls>({
    name: 'The search engine',
    start: () => ({
      worker: new Worker(threadFile(import.meta.url, 'engine-thread'), {
        workerData: { address, folder, keep, logLevel: log.level } satisfies EngineThreadData,
        // Not those of this process, which may be about its own code.
        execArgv: [],
      }),
    }),
    eager: true,
    restartMs: (failedStarts) => Math.min(RESTART_MS.first * 2 ** failedStarts, RESTART_MS.longest),
    mostOpen: MOST_WAITING,
    away: (reason) => new SearchAway(reason),
    onLost: (reason, error) => log.error({ error: error?.stack ?? reason }, 'the search engine broke'),
  })
  let closed = false
  let waking = false

  const ask: typeof thread.ask = async (name, question, options) => {
    if (closed) throw new SearchAway('The search engine was closed.')
    return thread.ask(name, question, options)
  }

  /** For those whom a reader waits for. */
  async function inTime<T>(ask: (options: { signal: AbortSignal }) => Promise<T>): Promise<T> {
    const tooLate = new AbortController()
    const timer = setTimeout(
      () => tooLate.abort(new SearchAway('The search engine takes too long.')),
      WAIT_MS,
    )
    try {
      return await ask(tooLate)
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    find: (request) => inTime((options) => ask('find', request, options)),
    correct: (question) => inTime((options) => ask('correct', question, options)),
    similar: (id, count) => inTime((options) => ask('similar', { id, count }, options)),
    status: () => inTime((options) => ask('status', null, options)),
    async caughtUp() {
      await ask('caughtUp', null)
    },
    wake() {
      // One that it has not heard yet is as good as two.
      if (waking) return
      waking = true
      ask('wake', null)
        // Where it is away, it sees what has changed when it starts.
        .catch(() => null)
        .finally(() => (waking = false))
    },
    async close() {
      if (closed) return
      closed = true
      await thread.ask('close', null).catch(() => null)
      await thread.end()
    },
  }
}
