import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, expect, it } from 'vitest'
import { openWorkerThread, type ThreadOptions, type WorkerThread } from './worker-thread.ts'

const folder = mkdtempSync(join(tmpdir(), 'broadsheet-threads-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A file for a thread to run. */
function acting(name: string, code: string): URL {
  const path = join(folder, `${name}.mjs`)
  const module = new URL('./worker-thread.ts', import.meta.url).href
  writeFileSync(
    path,
    `import { answerCalls, handingOver, refuseCalls } from ${JSON.stringify(module)}
     import { workerData } from 'node:worker_threads'
     ${code}`,
  )
  return pathToFileURL(path)
}

type Calls = {
  double: { question: number; answer: number }
  wait: { question: null; answer: never }
  stopped: { question: null; answer: string[] }
  numbers: { question: number; answer: { numbers: Float32Array } }
  left: { question: null; answer: number }
  fail: { question: null; answer: never }
  exit: { question: null; answer: never }
}

const ABLE = acting(
  'able',
  `const stopped = []
   let numbers
   answerCalls({
     double: (n) => n * 2,
     wait: (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => {
       stopped.push('wait')
       reject(signal.reason)
     })),
     stopped: () => stopped,
     numbers(count) {
       numbers = new Float32Array(count).fill(1)
       return handingOver({ numbers }, [numbers.buffer])
     },
     left: () => numbers.length,
     fail() { throw new RangeError('out of range') },
     exit: () => process.exit(3),
   }, { ready: 'at your service' })`,
)

const threads: WorkerThread<Calls>[] = []
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.end()
})

function open({ file = ABLE, ...more }: Partial<ThreadOptions> & { file?: URL } = {}) {
  const heard: string[] = []
  const clock = { now: 0 }
  let starts = 0
  const thread = openWorkerThread<Calls>({
    name: 'The thread',
    start() {
      starts++
      return { worker: new Worker(file, { execArgv: [] }) }
    },
    restartMs: (failedStarts) => failedStarts * 1_000,
    away: (reason) => new Error(`away: ${reason}`),
    now: () => clock.now,
    onReady: (said) => heard.push(String(said)),
    onLost: (reason) => heard.push(reason),
    ...more,
  })
  threads.push(thread)
  return { thread, heard, clock, starts: () => starts }
}

it('answers many at once, each what was asked', async () => {
  const { thread, heard, starts } = open()
  expect(starts()).toBe(0)
  const answers = await Promise.all([1, 2, 3].map((n) => thread.ask('double', n)))
  expect(answers).toEqual([2, 4, 6])
  expect(starts()).toBe(1)
  expect(heard).toEqual(['at your service'])
})

it('passes an error on as it is', async () => {
  const { thread } = open()
  const error = await thread.ask('fail', null).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ name: 'RangeError', message: 'out of range' })
  expect((error as Error).stack).toContain('able.mjs')
  expect(await thread.ask('double', 4)).toBe(8)
})

it('hands memory over', async () => {
  const { thread } = open()
  expect((await thread.ask('numbers', 3)).numbers).toEqual(Float32Array.of(1, 1, 1))
  expect(await thread.ask('left', null)).toBe(0)
})

it('lets go of a question at once when its signal is aborted, and tells the thread', async () => {
  const { thread } = open()
  await thread.ask('double', 1)
  const stop = new AbortController()
  const waiting = thread.ask('wait', null, { signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await expect(thread.ask('double', 1, { signal: stop.signal })).rejects.toThrow('enough')
  expect(await thread.ask('stopped', null)).toEqual(['wait'])
})

it('refuses more than it may be asked', async () => {
  const { thread } = open({ mostOpen: 2 })
  const stop = new AbortController()
  const waiting = [1, 2].map(() => thread.ask('wait', null, { signal: stop.signal }))
  await expect(thread.ask('double', 1)).rejects.toThrow('away: The thread is busy.')
  stop.abort(new Error('enough'))
  await Promise.allSettled(waiting)
  expect(await thread.ask('double', 1)).toBe(2)
})

it('is away when the thread dies, and there again for the next', async () => {
  const { thread, heard, starts } = open()
  await expect(thread.ask('exit', null)).rejects.toThrow('away: The thread ended.')
  expect(await thread.ask('double', 1)).toBe(2)
  expect(starts()).toBe(2)
  expect(heard).toEqual(['at your service', 'The thread ended.', 'at your service'])
})

it.each([
  ['breaks', `throw new Error('no luck')`, 'The thread failed: no luck.'],
  ['says that it cannot', `refuseCalls('There is no model.')`, 'There is no model.'],
])('is left alone ever longer where it %s while it starts', async (_, code, reason) => {
  const { thread, clock, starts } = open({ file: acting('unable', code) })
  await expect(thread.ask('double', 1)).rejects.toThrow(`away: ${reason}`)
  clock.now = 999
  await expect(thread.ask('double', 1)).rejects.toThrow(`away: ${reason}`)
  expect(starts()).toBe(1)
  clock.now = 1_000
  await expect(thread.ask('double', 1)).rejects.toThrow(`away: ${reason}`)
  clock.now = 2_999
  await expect(thread.ask('double', 1)).rejects.toThrow(`away: ${reason}`)
  expect(starts()).toBe(2)
})

it('is started at once, and again by itself, where it is to be there always', async () => {
  const { thread, heard, starts } = open({ eager: true, now: () => performance.now() })
  expect(starts()).toBe(1)
  await expect(thread.ask('exit', null)).rejects.toThrow('away')
  await expect.poll(() => heard).toEqual(['at your service', 'The thread ended.', 'at your service'])
  await thread.end()
  expect(starts()).toBe(2)
})

it('fails what is asked for when it is ended', async () => {
  const { thread } = open()
  const waiting = expect(thread.ask('wait', null)).rejects.toThrow('away: The thread was ended.')
  await thread.end()
  await waiting
})
