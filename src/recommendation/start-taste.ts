import { Worker } from 'node:worker_threads'
import type { DatabaseAddress } from '../db/open.ts'
import type { Logger } from '../runtime/log.ts'
import { openWorkerThread, threadFile } from '../runtime/worker-thread.ts'
import type { TasteCalls, TasteThreadData } from './taste-thread.ts'
import { TasteAway, type Taste } from './taste.ts'

/** A thread that breaks is started again after so long, and after twice as long each time that does not help. */
const RESTART_MS = { first: 1_000, longest: 60_000 }
/** Questions that wait for an answer; beyond, one is better told so at once. */
const MOST_WAITING = 500
/** Longer nobody waits for a page. */
const WAIT_MS = 10_000

/** Readers' tastes, learned in a thread of its own, so that nobody else waits for it. It reads the papers at once. */
export function startTaste({ address, log }: { address: DatabaseAddress; log: Logger }): Taste {
  const thread = openWorkerThread<TasteCalls>({
    name: 'The taste thread',
    start: () => ({
      worker: new Worker(threadFile(import.meta.url, 'taste-thread'), {
        workerData: { address, logLevel: log.level } satisfies TasteThreadData,
        // Not those of this process, which may be about its own code.
        execArgv: [],
      }),
    }),
    eager: true,
    restartMs: (failedStarts) => Math.min(RESTART_MS.first * 2 ** failedStarts, RESTART_MS.longest),
    mostOpen: MOST_WAITING,
    away: (reason) => new TasteAway(reason),
    onLost: (reason, error) => log.error({ error: error?.stack ?? reason }, 'the taste thread broke'),
  })
  let closed = false

  const ask: typeof thread.ask = async (name, question, options) => {
    if (closed) throw new TasteAway('The taste thread was closed.')
    return thread.ask(name, question, options)
  }

  async function inTime<T>(ask: (options: { signal: AbortSignal }) => Promise<T>): Promise<T> {
    const tooLate = new AbortController()
    const timer = setTimeout(() => tooLate.abort(new TasteAway('The taste thread takes too long.')), WAIT_MS)
    try {
      return await ask(tooLate)
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    rank: (question) => inTime((options) => ask('rank', question, options)),
    interests: (question) => inTime((options) => ask('interests', question, options)),
    askAbout: (question) => inTime((options) => ask('askAbout', question, options)),
    wake() {
      if (!closed) ask('wake', null).catch(() => null)
    },
    async close() {
      if (closed) return
      closed = true
      await thread.ask('close', null).catch(() => null)
      await thread.end()
    },
  }
}
