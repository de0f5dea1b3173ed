import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLog } from '../../runtime/log.ts'
import { openEmbedder, type Embedder } from './embedder.ts'
import { openLocalModel } from './local-model.ts'
import { decodeVector, encodeVector } from './quantize.ts'
import { EmbeddingUnavailable } from './unavailable.ts'

const log = createLog('silent')
const abstract = `We study sea ice in the Arctic with a network of autonomous drifting buoys that measure its thickness,
  temperature and salinity every hour. Over three winters the ice grew more slowly than models say, and we show by a
  simple energy balance that snow explains most of the difference. ${'All data are open. '.repeat(30)}`

let dataFolder: string
let embedder: Embedder
beforeAll(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), 'broadsheet-embeddings-'))
  // Two at once, on a folder where there is no model yet.
  embedder = openLocalModel({ dataFolder, log })
  const other = openLocalModel({ dataFolder, log })
  await Promise.all([embedder.embedQuery('a'), other.embedTexts(['b'])])
  await other.close()
}, 60_000)
afterAll(async () => {
  await embedder.close()
  rmSync(dataFolder, { recursive: true })
})

describe('the vector of a text', () => {
  it('is nearer to those of like meaning than to others', async () => {
    const [cat, feline, lattice, quark] = (await embedder.embedTexts([
      'A cat sits on the mat',
      'Felines resting on carpets',
      'Quantum chromodynamics on the lattice',
      'Simulating the strong interaction of quarks and gluons',
    ])) as [Float32Array, Float32Array, Float32Array, Float32Array]
    expect(dot(cat, feline)).toBeGreaterThan(dot(cat, lattice) + 0.1)
    expect(dot(lattice, quark)).toBeGreaterThan(dot(lattice, feline) + 0.1)
  })

  it('has length 1 and is the same in whatever company, thread, process', async () => {
    const [alone] = await embedder.embedTexts([abstract])
    const [, among] = await embedder.embedTexts(['A cat', abstract, 'A mat'])
    const asked = await embedder.embedQuery(abstract)
    expect(alone).toHaveLength(384)
    expect(dot(asked, asked)).toBeCloseTo(1, 5)
    expect(alone).toEqual(among)
    expect(alone).toEqual(asked)
  })

  it.each([
    ['an empty text', ''],
    ['white space', ' \n\t '],
    ['control characters', '\u0000\u0007\u001b[31m'],
    ['half a surrogate pair', 'half \ud83c'],
    ['the names of special tokens', '[SEP] [PAD] [CLS] [MASK]'],
    ['one endless word', 'x'.repeat(5_000_000)],
    ['Chinese, a token for each character', '漢'.repeat(5_000)],
    ['nothing but combining marks', '\u0301'.repeat(5_000)],
    ['megabytes of white space', `${' '.repeat(5_000_000)}ice`],
    ['what no vocabulary has', '\u{1f9ca}\u{10ffff}'],
  ])('is a vector for %s', async (_, text) => {
    const vector = await embedder.embedQuery(text)
    expect(dot(vector, vector)).toBeCloseTo(1, 5)
    const [background] = await embedder.embedTexts([text])
    expect(background).toEqual(vector)
  })

  it('says the same when it is stored in bytes', async () => {
    const vector = await embedder.embedQuery(abstract)
    const { scale, bytes } = decodeVector(encodeVector(vector), { dimensions: 384 })
    expect(
      dot(
        vector,
        Float32Array.from(bytes, (byte) => byte * scale),
      ),
    ).toBeGreaterThan(0.999)
  })
})

it('keeps one model, whole, when several begin at once', () => {
  expect(readdirSync(join(dataFolder, 'models'))).toEqual(['all-MiniLM-L6-v2-int8-1.onnx'])
})

it('does background work in the order given, to the last text', async () => {
  const texts = Array.from({ length: 70 }, (_, i) => `number ${i}`)
  const ended: string[] = []
  const [vectors] = await Promise.all([
    embedder.embedTexts(texts).finally(() => ended.push('many')),
    embedder.embedTexts(['one']).finally(() => ended.push('one')),
    embedder.embedTexts([]).finally(() => ended.push('none')),
  ])
  expect(ended).toEqual(['many', 'one', 'none'])
  expect(vectors).toHaveLength(70)
  expect(vectors[69]).toEqual(await embedder.embedQuery('number 69'))
})

it('answers a reader while it works, and leaves the event loop alone', async () => {
  const delay = monitorEventLoopDelay({ resolution: 2 })
  const abstracts = Array.from({ length: 40 }, (_, i) => `${i} ${abstract}`)
  let working = true
  const work = embedder.embedTexts(abstracts).finally(() => (working = false))
  delay.enable()
  await embedder.embedQuery('sea ice, asked by a reader')
  expect(working).toBe(true)
  await work
  delay.disable()
  // In nanoseconds. Other tests want the processors as well, so it is not the greatest that counts; embedding in this
  // thread would make each as long as an abstract takes.
  expect(delay.percentile(90) / 1e6).toBeLessThan(50)
})

describe('a thread', () => {
  /** A model whose threads are heard of, and whose clock is moved. */
  function watched(file?: URL) {
    const threads: Worker[] = []
    const clock = { now: 0 }
    const model = openLocalModel({
      dataFolder,
      log,
      now: () => clock.now,
      onStart: (worker) => threads.push(worker),
      ...(file ? { file } : {}),
    })
    return { model, threads, clock }
  }

  /** A file to run in place of the one that embeds. */
  function acting(name: string, code: string): URL {
    const path = join(dataFolder, `${name}.mjs`)
    writeFileSync(path, `import { parentPort, workerData } from 'node:worker_threads'\n${code}`)
    return pathToFileURL(path)
  }

  it('starts with the first text, one for readers and one a processor for the rest', async () => {
    const { model, threads } = watched()
    expect(threads).toHaveLength(0)
    await Promise.all([model.embedQuery('a'), model.embedQuery('b'), model.embedTexts(['a'])])
    expect(threads).toHaveLength(2)
    await Promise.all([model.embedQuery('c'), model.embedTexts(Array<string>(40).fill('c'))])
    expect(threads).toHaveLength(1 + Math.min(4, availableParallelism()))
    await model.close()
    expect(threads.every((thread) => thread.threadId === -1)).toBe(true)
  })

  it('rests when its work is done, and works again', async () => {
    const { model, threads } = watched()
    const work = model.embedTexts([...Array<string>(4).fill(abstract), 'another text'])
    await model.rest()
    const before = threads.length
    expect(threads.every((thread) => thread.threadId === -1)).toBe(true)
    const vectors = await work
    expect(vectors).toHaveLength(5)
    expect(await model.embedTexts(['another text'])).toEqual(vectors.slice(4))
    expect(threads).toHaveLength(before + 1)
    await model.close()
  })

  it('that is killed fails what was asked of it, and the next text has another', async () => {
    const { model, threads } = watched()
    await model.embedQuery('before')
    void threads[0]?.terminate()
    await expect(model.embedQuery('meanwhile')).rejects.toThrow(EmbeddingUnavailable)
    expect(await model.embedQuery('meanwhile')).toHaveLength(384)
    expect(threads).toHaveLength(2)
    await model.close()
  })

  it('that can not start is not tried again for a minute', async () => {
    const reason = 'ONNX Runtime can not be loaded on this machine.'
    const file = acting('unable', `parentPort.postMessage({ refused: '${reason}' })`)
    const { model, threads, clock } = watched(file)
    await expect(model.embedTexts(['a'])).rejects.toThrow(reason)
    clock.now = 59_000
    await expect(model.embedTexts(['b'])).rejects.toThrow(new EmbeddingUnavailable(reason))
    expect(threads).toHaveLength(1)
    clock.now = 61_000
    await expect(model.embedTexts(['c'])).rejects.toThrow(reason)
    expect(threads).toHaveLength(2)
    await model.close()
  })

  it.each([
    ['fails while it starts', `throw new Error('out of luck')`, 'out of luck'],
    ['is not there', null, 'Cannot find module'],
    ['ends over a question', `parentPort.once('message', () => process.exit(7))`, 'ended'],
  ])('that %s makes embedding unavailable', async (what, code, words) => {
    const name = what.replaceAll(' ', '-')
    const file = code === null ? pathToFileURL(join(dataFolder, name)) : acting(name, code)
    const { model } = watched(file)
    const failure = await model.embedTexts(['a']).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(EmbeddingUnavailable)
    expect((failure as Error).message).toContain(words)
    await model.close()
  })

  it('that fails at one text has an error for it, and goes on', async () => {
    const file = acting(
      'picky',
      `import { answerCalls } from ${JSON.stringify(new URL('../../runtime/worker-thread.ts', import.meta.url).href)}
       answerCalls(
         {
           embed(texts) {
             if (texts[0] === 'bad') throw new Error('a bug')
             return texts.map(() => Float32Array.of(1))
           },
         },
         { ready: { made: false, unsaved: null } },
       )`,
    )
    const { model, threads } = watched(file)
    await expect(model.embedTexts(['bad'])).rejects.toThrow('a bug')
    expect(await model.embedTexts(['good'])).toEqual([Float32Array.of(1)])
    expect(threads).toHaveLength(1)
    await model.close()
  })

  it('goes on at once with what is wanted when other work is given up', async () => {
    const { model, threads } = watched()
    await model.embedTexts(['ready', 'as well', 'and so on', 'for all threads'])
    const stopping = new AbortController()
    const { signal } = stopping
    const abstracts = Array.from({ length: 400 }, (_, i) => `${i} ${abstract}`)
    const work = model.embedTexts(abstracts, { signal })
    const waiting = model.embedTexts(['never begun'], { signal })
    const wanted = model.embedTexts(['wanted'])
    stopping.abort(new Error('given up'))
    await expect(work).rejects.toThrow('given up')
    await expect(waiting).rejects.toThrow('given up')
    await expect(model.embedTexts(['too late'], { signal })).rejects.toThrow('given up')
    // All of the others would take the threads ten seconds.
    const started = performance.now()
    expect(await wanted).toHaveLength(1)
    expect(performance.now() - started).toBeLessThan(5_000)
    expect(threads.every((thread) => thread.threadId !== -1)).toBe(true)
    await model.close()
  })

  it('is ended in the middle of its work by closing', async () => {
    const { model, threads } = watched()
    await model.embedTexts(['ready'])
    const work = model.embedTexts(Array<string>(20).fill(abstract)).catch((error: unknown) => error)
    await model.embedQuery('ready')
    await model.close()
    expect(await work).toBeInstanceOf(EmbeddingUnavailable)
    expect(threads.every((thread) => thread.threadId === -1)).toBe(true)
    await expect(model.embedQuery('late')).rejects.toThrow(EmbeddingUnavailable)
    await expect(model.embedTexts(['late'])).rejects.toThrow(EmbeddingUnavailable)
  })
})

describe('a process', () => {
  const run = (code: string) =>
    promisify(execFile)(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { openLocalModel } from ${JSON.stringify(new URL('./local-model.ts', import.meta.url).href)}
         import { createLog } from ${JSON.stringify(new URL('../../runtime/log.ts', import.meta.url).href)}
         const model = openLocalModel({ dataFolder: ${JSON.stringify(dataFolder)}, log: createLog('warn') })
         ${code}`,
      ],
      { timeout: 30_000 },
    )

  it('waits for its texts, and then ends by itself', async () => {
    const { stdout, stderr } = await run(
      `model.embedTexts(['a', 'b']).then((vectors) => console.log(vectors.length))
       model.embedQuery('c').then((vector) => console.log(vector.length))`,
    )
    expect(stdout.split('\n').toSorted().join(' ').trim()).toBe('2 384')
    expect(stderr).toBe('')
  })

  it('may exit in the middle of embedding', async () => {
    const failure = await run(
      `model.embedTexts(Array(50).fill('word '.repeat(250)))
       await model.embedQuery('ready')
       await model.embedQuery('as well')
       setTimeout(() => process.exit(9), 300)`,
    ).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 9, signal: null, stderr: '' })
  })
})

describe('the settings', () => {
  const settings = { url: null, key: null, model: null, log }

  it('without an address are for the model that comes with Broadsheet', () => {
    expect(openEmbedder({ ...settings, dataFolder })?.model).toBe('all-MiniLM-L6-v2/int8-1')
  })
  it('switch embedding off', () => {
    expect(openEmbedder({ ...settings, dataFolder, model: 'none' })).toBeNull()
    expect(openEmbedder({ ...settings, dataFolder, model: 'none', url: 'http://127.0.0.1:9/v1' })).toBeNull()
  })
  it('name another server, and its model', () => {
    const url = 'http://127.0.0.1:9/v1'
    expect(openEmbedder({ ...settings, dataFolder, url, model: 'big' })?.model).toBe('127.0.0.1:9/big')
    expect(openEmbedder({ ...settings, dataFolder, url })?.model).toBe('127.0.0.1:9/default')
  })
})

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? Number.NaN), 0)
}
