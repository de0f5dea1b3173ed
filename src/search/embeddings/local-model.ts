import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import type { Logger } from '../../log.ts'
import { threadFile } from '../../thread-file.ts'
import { embeddableText } from './embeddable-text.ts'
import type { Embedder } from './embedder.ts'
import { oneAfterAnother } from './in-order.ts'
import { MODEL_NAME } from './model-file.ts'
import { rememberRecent } from './recent-queries.ts'
import { openThread, type Thread } from './thread.ts'
import { EmbeddingUnavailable } from './unavailable.ts'

/** More than the model takes in of any text: its 256 tokens are some 1,200 characters of an abstract. */
const MOST_CHARACTERS = 4_000
/** So many texts are in the thread at once: half a second of work, or some 30 kB. */
const TEXTS_AT_ONCE = 32
const REMEMBERED_QUERIES = 500

/**
 * The model that comes with Broadsheet, in two worker threads: one for readers who wait, one for everything else. Both
 * are started when they are first needed. Its file is kept in `<dataFolder>/models`, and made there on first use.
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
    openThread({ file, settings: { folder: join(dataFolder, 'models'), background }, log, now, onStart })
  const forQueries = open(false)
  const forTexts = open(true)
  const inOrder = oneAfterAnother()
  let closed = false

  async function embed(thread: Thread, texts: string[]): Promise<Float32Array[]> {
    if (closed) throw new EmbeddingUnavailable('Embedding has ended.')
    return thread.embed(texts)
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
    embedQuery: (text) => embedQuery(embeddableText(text, MOST_CHARACTERS)),
    embedTexts: (texts) =>
      inOrder(async () => {
        const vectors: Float32Array[] = []
        for (let i = 0; i < texts.length; i += TEXTS_AT_ONCE) {
          const some = texts.slice(i, i + TEXTS_AT_ONCE).map((text) => embeddableText(text, MOST_CHARACTERS))
          vectors.push(...(await embed(forTexts, some)))
        }
        return vectors
      }),
    rest: () => inOrder(() => forTexts.end()),
    async close() {
      closed = true
      await Promise.all([forQueries.end(), forTexts.end()])
    },
  }
}
