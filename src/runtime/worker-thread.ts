import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parentPort, type Worker } from 'node:worker_threads'
import { PACKAGE_ROOT } from './package-root.ts'

/** What can be asked of a thread, by name. Questions and answers are copied from one thread to the other. */
type Calls = { [name: string]: { question: unknown; answer: unknown } }

/** What answers in the thread. `signal` is aborted when nobody wants the answer any more. */
export type Handlers<C extends Calls> = {
  [K in keyof C]: (
    question: C[K]['question'],
    options: { signal: AbortSignal },
  ) => C[K]['answer'] | Promise<C[K]['answer']>
}

type ToThread = { id: number; name: string; question: unknown } | { id: number; cancel: true }
type FromThread =
  | { ready: unknown }
  | { refused: string }
  | { id: number; ok: true; answer: unknown }
  | { id: number; ok: false; error: Error }

/** A thread as the others see it. */
export type WorkerThread<C extends Calls> = {
  /**
   * Asks it something. Throws what the handler throws; `away(reason)` if the thread is not running, is busy, or dies over
   * it; and the reason of `signal` once that is aborted.
   */
  ask<K extends keyof C & string>(
    name: K,
    question: C[K]['question'],
    options?: { signal?: AbortSignal | undefined },
  ): Promise<C[K]['answer']>
  /** Ends it, and gives its memory back; what is still asked for is `away`. The next question starts it again. */
  end(): Promise<void>
}

export type ThreadOptions = {
  /** As reasons name it: "The search engine". */
  name: string
  /** Starts the worker thread; `beforeEnd` is done before it is ended. */
  start: () => { worker: Worker; beforeEnd?: () => Promise<void> }
  /** Started at once, and again by itself; otherwise by the first question, and by the next after it died. */
  eager?: boolean
  /** How long it is left alone after it died, by how many times in a row it did so before it was ready. */
  restartMs: (failedStarts: number) => number
  /** The error that says so to whoever asked; `reason` is a sentence. */
  away: (reason: string) => Error
  /** Questions that may wait for an answer; beyond, one is better told so at once. */
  mostOpen?: number
  /** Milliseconds, from any beginning. */
  now?: () => number
  /** Hears what each thread says when it is ready, and why it was lost. */
  onReady?: (said: unknown) => void
  onLost: (reason: string, error: Error | null) => void
}

type Running = {
  worker: Worker
  beforeEnd: (() => Promise<void>) | undefined
  ready: boolean
  /** Questions without an answer yet, by their ids. */
  open: Map<number, PromiseWithResolvers<unknown>>
}

/**
 * A worker thread that lives long and keeps a state of its own, and is started again when it dies. It keeps the process
 * alive only while a question is open.
 */
export function openWorkerThread<C extends Calls>({
  name,
  start: startWorker,
  eager = false,
  restartMs,
  away,
  mostOpen = Infinity,
  now = () => performance.now(),
  onReady,
  onLost,
}: ThreadOptions): WorkerThread<C> {
  let running: Running | null = null
  let rest: { reason: string; until: number } | null = null
  let restart: NodeJS.Timeout | undefined
  let failedStarts = 0
  let lastId = 0

  function start(): Running {
    clearTimeout(restart)
    const { worker, beforeEnd } = startWorker()
    const thread: Running = { worker, beforeEnd, ready: false, open: new Map() }
    running = thread
    worker.unref()
    worker.on('message', (message: FromThread) => hear(thread, message))
    worker.on('error', (error) =>
      lose(thread, `${name} failed: ${(error as Error).message}.`, error as Error),
    )
    worker.on('exit', () => lose(thread, `${name} ended.`))
    return thread
  }

  function hear(thread: Running, message: FromThread): void {
    if ('ready' in message) {
      thread.ready = true
      failedStarts = 0
      onReady?.(message.ready)
    } else if ('refused' in message) lose(thread, message.refused)
    else if (message.ok) settle(thread, message.id)?.resolve(message.answer)
    else settle(thread, message.id)?.reject(message.error)
  }

  function lose(thread: Running, reason: string, error: Error | null = null): void {
    if (running !== thread) return
    running = null
    if (!thread.ready) failedStarts++
    const ms = restartMs(failedStarts)
    rest = { reason, until: now() + ms }
    if (eager) restart = setTimeout(() => running ?? start(), ms).unref()
    onLost(reason, error)
    refuseAll(thread, reason)
  }

  /** The promise of a question, which is not open any more. */
  function settle(thread: Running, id: number): PromiseWithResolvers<unknown> | undefined {
    const answer = thread.open.get(id)
    thread.open.delete(id)
    if (thread.open.size === 0) thread.worker.unref()
    return answer
  }

  function refuseAll(thread: Running, reason: string): void {
    for (const id of thread.open.keys()) settle(thread, id)?.reject(away(reason))
  }

  if (eager) start()
  return {
    async ask(call, question, { signal } = {}) {
      signal?.throwIfAborted()
      if (!running && rest && now() < rest.until) throw away(rest.reason)
      const thread = running ?? start()
      if (thread.open.size >= mostOpen) throw away(`${name} is busy.`)
      const id = ++lastId
      const answer = Promise.withResolvers<unknown>()
      const cancel = () => {
        settle(thread, id)?.reject(signal?.reason)
        post(thread.worker, { id, cancel: true })
      }
      thread.open.set(id, answer)
      thread.worker.ref()
      signal?.addEventListener('abort', cancel, { once: true })
      try {
        // Before the thread is ready, it waits in its port.
        post(thread.worker, { id, name: call, question })
        return await answer.promise
      } finally {
        settle(thread, id)
        signal?.removeEventListener('abort', cancel)
      }
    },
    async end() {
      clearTimeout(restart)
      rest = null
      const thread = running
      if (!thread) return
      running = null
      refuseAll(thread, `${name} was ended.`)
      // The process lives until then.
      thread.worker.ref()
      await thread.beforeEnd?.()
      await thread.worker.terminate()
    },
  }
}

function post(worker: Worker, message: ToThread): void {
  worker.postMessage(message, [])
}

/**
 * The file that a worker thread starts from: `<name>.ts` beside the source file whose `import.meta.url` is given, or
 * `dist/<name>.js` when that is part of the built program.
 */
export function threadFile(source: string, name: string): URL {
  return new URL(source).pathname.endsWith('.ts')
    ? new URL(`./${name}.ts`, source)
    : pathToFileURL(join(PACKAGE_ROOT, 'dist', `${name}.js`))
}

// --- In the thread ---

/** Answers what is asked of this thread, from now on, everything at once; `ready` is told to whoever opened it. */
export function answerCalls<C extends Calls>(
  handlers: Handlers<C>,
  { ready }: { ready?: unknown } = {},
): void {
  const underWay = new Map<number, AbortController>()

  async function answer({ id, name, question }: Extract<ToThread, { name: string }>): Promise<void> {
    const stop = new AbortController()
    underWay.set(id, stop)
    try {
      const handler = handlers[name]
      if (!handler) throw new TypeError(`${name} is nothing that this thread answers`)
      const answer = await handler(question, { signal: stop.signal })
      if (!stop.signal.aborted) say({ id, ok: true, answer }, transfers.get(answer as object))
    } catch (error) {
      if (!stop.signal.aborted)
        say({ id, ok: false, error: error instanceof Error ? error : new Error(String(error)) })
    } finally {
      underWay.delete(id)
    }
  }

  parentPort?.on('message', (message: ToThread) => {
    if ('cancel' in message) underWay.get(message.id)?.abort()
    else void answer(message)
  })
  say({ ready })
}

/** Says why this thread cannot start, which no fault of the program is. It then ends by itself. */
export function refuseCalls(reason: string): void {
  say({ refused: reason })
}

const transfers = new WeakMap<object, ArrayBuffer[]>()

/** An answer whose `buffers` are handed over instead of copied: they are gone here. */
export function handingOver<T extends object>(answer: T, buffers: ArrayBuffer[]): T {
  transfers.set(answer, buffers)
  return answer
}

function say(message: FromThread, transfer: ArrayBuffer[] = []): void {
  if (!parentPort) throw new Error('this runs in a thread of its own')
  parentPort.postMessage(message, transfer)
}
