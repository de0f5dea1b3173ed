import { Worker } from 'node:worker_threads'
import { openWorkerThread, threadFile, type WorkerThread } from '../../runtime/worker-thread.ts'
import type { AnswerToRead } from './read-answer.ts'
import type { Reading } from './reading.ts'
import type { ReadingCalls } from './reading-thread.ts'

/** Reading an ordinary answer takes a few milliseconds. */
const LIMIT_MS = 3_000
const LIMIT_MEGABYTES = 256
/** How long a thread is kept for the next answer. */
const KEPT_MS = 60_000

export type ReadInThread = (
  answer: AnswerToRead,
  options: { signal: AbortSignal },
) => Promise<Reading | { kind: 'costly' }>

/** The thread broke, over what it read or while it started. */
class ReadingBroke extends Error {}

type ReadingThread = { worker: WorkerThread<ReadingCalls>; ready: Promise<void> }

/**
 * Reads answers in threads of their own, one in each: strangers write them, and nobody else is to wait for one.
 * `costly` where that takes longer than `limitMs` milliseconds or more memory than any description of a paper needs.
 */
export function openReadInThread({
  limitMs = LIMIT_MS,
  file = threadFile(import.meta.url, 'reading-thread'),
}: { limitMs?: number; file?: URL } = {}): ReadInThread {
  let idle: { thread: ReadingThread; timer: NodeJS.Timeout } | null = null

  function take(): ReadingThread {
    const thread = idle?.thread ?? startThread(file)
    clearTimeout(idle?.timer)
    idle = null
    return thread
  }

  async function giveBack(thread: ReadingThread): Promise<void> {
    if (idle) return thread.worker.end()
    const timer = setTimeout(() => {
      idle = null
      void thread.worker.end()
    }, KEPT_MS)
    idle = { thread, timer: timer.unref() }
  }

  return async (answer, { signal }) => {
    const thread = take()
    const tooLong = new AbortController()
    let timer: NodeJS.Timeout | undefined
    // The time in which it starts does not count.
    void thread.ready.then(() => (timer = setTimeout(() => tooLong.abort(), limitMs)))
    try {
      const reading = await thread.worker.ask('read', answer, {
        signal: AbortSignal.any([signal, tooLong.signal]),
      })
      await giveBack(thread)
      return reading
    } catch (error) {
      // It may read on for ever.
      await thread.worker.end()
      if (signal.aborted || !(tooLong.signal.aborted || error instanceof ReadingBroke)) throw error
      return { kind: 'costly' }
    } finally {
      clearTimeout(timer)
    }
  }
}

function startThread(file: URL): ReadingThread {
  const ready = Promise.withResolvers<void>()
  const worker = openWorkerThread<ReadingCalls>({
    name: 'The thread that reads answers',
    start: () => ({
      worker: new Worker(file, {
        execArgv: [],
        resourceLimits: { maxOldGenerationSizeMb: LIMIT_MEGABYTES },
      }),
    }),
    restartMs: () => 0,
    away: (reason) => new ReadingBroke(reason),
    onReady: () => ready.resolve(),
    onLost: () => {},
  })
  return { worker, ready: ready.promise }
}
