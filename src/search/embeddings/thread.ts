import { Worker } from 'node:worker_threads'
import type { Logger } from '../../runtime/log.ts'
import { openWorkerThread, type WorkerThread } from '../../runtime/worker-thread.ts'
import { nativeWork, nativeWorkMemory } from './native-work.ts'
import { EmbeddingUnavailable } from './unavailable.ts'

/** What the thread is started with. `background`: nobody waits for its work. `nativeMemory`: see native-work.ts. */
export type ThreadSettings = { folder: string; background: boolean; nativeMemory: SharedArrayBuffer }

/** A vector for each text. */
export type EmbeddingCalls = { embed: { question: string[]; answer: Float32Array[] } }

/** What the thread says once its model is open. */
export type ModelOpened = { made: boolean; unsaved: string | null }

/** After a thread could not start, none is tried for so long: each try costs a second of a processor. */
const RETRY_MS = 60_000

/** A thread that embeds, started when it is first asked to. What it throws is `EmbeddingUnavailable`, or a bug. */
export function openEmbeddingThread({
  file,
  settings,
  log,
  now,
  onStart,
}: {
  file: URL
  settings: Omit<ThreadSettings, 'nativeMemory'>
  log: Logger
  /** Milliseconds, from any beginning. */
  now: () => number
  onStart: (worker: Worker) => void
}): WorkerThread<EmbeddingCalls> {
  return openWorkerThread({
    name: 'The embedding thread',
    start() {
      const nativeMemory = nativeWorkMemory()
      const native = nativeWork(nativeMemory)
      const worker = new Worker(file, {
        workerData: { ...settings, nativeMemory } satisfies ThreadSettings,
        // Not those of this process, which may be about its own code.
        execArgv: [],
      })
      process.on('exit', native.stopAtOnce)
      worker.on('exit', () => process.off('exit', native.stopAtOnce))
      onStart(worker)
      return { worker, beforeEnd: () => native.stop() }
    },
    restartMs: (failedStarts) => (failedStarts > 0 ? RETRY_MS : 0),
    away: (reason) => new EmbeddingUnavailable(reason),
    now,
    onReady(said) {
      const { made, unsaved } = said as ModelOpened
      if (made) log.info({ folder: settings.folder }, 'the embedding model was made')
      if (unsaved !== null) log.warn({ error: unsaved }, 'the embedding model could not be kept')
    },
    onLost: (reason) => log.warn({ reason }, 'embedding is interrupted'),
  })
}
