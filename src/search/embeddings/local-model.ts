import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import type { Logger } from '../../runtime/log.ts'
import { threadFile, type WorkerThread } from '../../runtime/worker-thread.ts'
import { embeddableText } from './embeddable-text.ts'
import type { Embedder } from './embedder.ts'
import { oneAfterAnother } from './in-order.ts'
import { MODEL_NAME } from './model-file.ts'
import { rememberRecent } from './recent-queries.ts'
import { openEmbeddingThread, type EmbeddingCalls } from './thread.ts'
import { EmbeddingUnavailable } from './unavailable.ts'

/** More than the model takes in of any text: its 256 tokens are some 1,200 characters of an abstract. */
const MOST_CHARACTERS = 4_000
/** So many texts are in a thread at once: half a second of work, or some 15 kB. */
const TEXTS_AT_ONCE = 16
/** Threads for background work: their low priority leaves the processors to whoever else wants them. */
const BACKGROUND_THREADS = Math.min(4, availableParallelism())
const REMEMBERED_QUERIES = 500

/**
 * The model that comes with Broadsheet, in worker threads: one for readers who wait, one a processor for everything else.
 * They are started when they are first needed. Its file is kept in `<dataFolder>/models`, and made there on first use.
 */
export function openLocalModel({
  dataFolder,
  log,
  now = () => performance.now(),
  file = threadFile(import.meta.url, 'embedding-thread'),
  onStart = () => undefined,
}: {
  dataFolder: string
  log: Logger
  /** Milliseconds, from any beginning. */
  now?: () => number
  /** What the threads run. */
  file?: URL
  /** Hears of each thread that starts. */
  onStart?: (worker: Worker) => void
}): Embedder {
  const open = (background: boolean) =>
    openEmbeddingThread({
      file,
      settings: { folder: join(dataFolder, 'models'), background },
      log,
      now,
      onStart,
    })
  const forQueries = open(false)
  const forTexts = Array.from({ length: BACKGROUND_THREADS }, () => open(true))
  const inOrder = oneAfterAnother()
  let closed = false

  async function embed(
    thread: WorkerThread<EmbeddingCalls>,
    texts: string[],
    signal?: AbortSignal,
  ): Promise<Float32Array[]> {
    if (closed) throw new EmbeddingUnavailable('Embedding has ended.')
    return thread.ask('embed', texts, { signal })
  }
  /** Deals texts out to the threads; one that gets none is not started for it. */
  async function embedShared(texts: string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const shares = await Promise.all(
      forTexts.map((thread, n) => {
        const share = texts.filter((_, i) => i % forTexts.length === n)
        return share.length > 0 ? embed(thread, share, signal) : Promise.resolve([])
      }),
    )
    return texts.map((_, i) => {
      const vector = shares[i % forTexts.length]?.[Math.floor(i / forTexts.length)]
      if (!vector) throw new Error('an embedding thread answered too little')
      return vector
    })
  }
  const embedQuery = rememberRecent(
    async (text) => {
      const [vector] = await embed(forQueries, [text])
      if (!vector) throw new Error('the embedding thread answered nothing')
      return vector
    },
    { limit: REMEMBERED_QUERIES },
  )

  return {
    model: MODEL_NAME,
    englishOnly: true,
    embedQuery: (text) => embedQuery(embeddableText(text, MOST_CHARACTERS)),
    embedTexts: (texts, { signal } = {}) =>
      inOrder(
        async () => {
          const vectors: Float32Array[] = []
          const atOnce = TEXTS_AT_ONCE * forTexts.length
          for (let i = 0; i < texts.length; i += atOnce) {
            const some = texts.slice(i, i + atOnce).map((text) => embeddableText(text, MOST_CHARACTERS))
            vectors.push(...(await embedShared(some, signal)))
          }
          return vectors
        },
        { signal },
      ),
    rest: () =>
      inOrder(async () => {
        await Promise.all(forTexts.map((thread) => thread.end()))
      }),
    async close() {
      closed = true
      await Promise.all([forQueries, ...forTexts].map((thread) => thread.end()))
    },
  }
}
