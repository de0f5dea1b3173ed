import { Worker } from 'node:worker_threads'
import type { Logger } from '../../runtime/log.ts'
import { nativeWork, nativeWorkMemory, type NativeWork } from './native-work.ts'
import { EmbeddingUnavailable } from './unavailable.ts'

/** What the thread is started with. `background`: nobody waits for its work. `nativeMemory`: see native-work.ts. */
export type ThreadSettings = { folder: string; background: boolean; nativeMemory: SharedArrayBuffer }

/** `cancel`: the answer is not wanted any more. */
export type ThreadQuestion = { kind: 'embed'; id: number; texts: string[] } | { kind: 'cancel'; id: number }

export type ThreadMessage =
  | { kind: 'ready'; made: boolean; unsaved: string | null }
  | { kind: 'unavailable'; reason: string }
  | { kind: 'vectors'; id: number; vectors: Float32Array<ArrayBuffer>[] }
  | { kind: 'failure'; id: number; error: unknown }

/** After a thread could not start, none is tried for so long: each try costs a second of a processor. */
const RETRY_MS = 60_000

export type Thread = {
  /**
   * A vector for each text. Throws `EmbeddingUnavailable`, also if the thread dies over it; rejects with the reason of
   * `signal` once that is aborted, and then the thread does not go on with the texts.
   */
  embed(texts: string[], options?: { signal?: AbortSignal | undefined }): Promise<Float32Array[]>
  /** Gives the memory back; what is still asked for throws `EmbeddingUnavailable`. The next question starts it again. */
  end(): Promise<void>
}

/**
 * A worker thread that is started by the first question, and again after it died. It keeps the process alive only while
 * a question is open. `now` in milliseconds; `onStart` hears of each start.
 */
export function openThread({
  file,
  settings,
  log,
  now,
  onStart,
}: {
  file: URL
  settings: Omit<ThreadSettings, 'nativeMemory'>
  log: Logger
  now: () => number
  onStart: (worker: Worker) => void
}): Thread {
  let running: Running | null = null
  let refusal: { reason: string; until: number } | null = null

  function start(): Running {
    const nativeMemory = nativeWorkMemory()
    const native = nativeWork(nativeMemory)
    const worker = new Worker(file, {
      workerData: { ...settings, nativeMemory } satisfies ThreadSettings,
      // Not those of this process, which may be about its own code.
      execArgv: [],
    })
    const thread: Running = { worker, native, ready: false, open: new Map(), lastId: 0 }
    process.on('exit', native.stopAtOnce)
    worker.unref()
    worker.on('message', (message: ThreadMessage) => hear(thread, message))
    worker.on('error', (error) => lose(thread, `The embedding thread failed: ${(error as Error).message}.`))
    worker.on('exit', () => {
      process.off('exit', native.stopAtOnce)
      lose(thread, 'The embedding thread ended.')
    })
    onStart(worker)
    return thread
  }

  function hear(thread: Running, message: ThreadMessage): void {
    switch (message.kind) {
      case 'ready':
        thread.ready = true
        if (message.made) log.info({ folder: settings.folder }, 'the embedding model was made')
        if (message.unsaved !== null)
          log.warn({ error: message.unsaved }, 'the embedding model could not be kept')
        break
      case 'unavailable':
        lose(thread, message.reason)
        break
      case 'vectors':
        settle(thread, message.id)?.resolve(message.vectors)
        break
      case 'failure':
        settle(thread, message.id)?.reject(message.error)
        break
    }
  }

  function lose(thread: Running, reason: string): void {
    if (running !== thread) return
    running = null
    if (!thread.ready) refusal = { reason, until: now() + RETRY_MS }
    log.warn({ reason }, 'embedding is interrupted')
    refuseAll(thread, reason)
  }

  return {
    async embed(texts, { signal } = {}) {
      signal?.throwIfAborted()
      if (!running && refusal && now() < refusal.until) throw new EmbeddingUnavailable(refusal.reason)
      running ??= start()
      refusal = null
      return ask(running, texts, signal)
    },
    async end() {
      const thread = running
      if (!thread) return
      running = null
      refuseAll(thread, 'The embedding thread was ended.')
      // The process lives until then.
      thread.worker.ref()
      await thread.native.stop()
      await thread.worker.terminate()
    },
  }
}

type Running = {
  worker: Worker
  native: NativeWork
  ready: boolean
  /** Questions without an answer yet, by their ids. */
  open: Map<number, PromiseWithResolvers<Float32Array[]>>
  lastId: number
}

async function ask(
  thread: Running,
  texts: string[],
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const id = ++thread.lastId
  const answer = Promise.withResolvers<Float32Array[]>()
  const cancel = () => {
    settle(thread, id)?.reject(signal?.reason)
    thread.worker.postMessage({ kind: 'cancel', id } satisfies ThreadQuestion, [])
  }
  thread.open.set(id, answer)
  thread.worker.ref()
  // Before the thread is ready, it waits in its port.
  thread.worker.postMessage({ kind: 'embed', id, texts } satisfies ThreadQuestion, [])
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    return await answer.promise
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}

/** The question's promise, which is not open any more. */
function settle(thread: Running, id: number): PromiseWithResolvers<Float32Array[]> | undefined {
  const answer = thread.open.get(id)
  thread.open.delete(id)
  if (thread.open.size === 0) thread.worker.unref()
  return answer
}

function refuseAll(thread: Running, reason: string): void {
  for (const id of thread.open.keys()) settle(thread, id)?.reject(new EmbeddingUnavailable(reason))
}
