import type { Logger } from '../../runtime/log.ts'
import { openLocalModel } from './local-model.ts'
import { openServer } from './openai-compatible.ts'

export { EmbeddingUnavailable } from './unavailable.ts'

/** Makes vectors of texts: a Float32Array of length 1 for each, with as many values as the model has dimensions. */
export type Embedder = {
  /** Names model and version: vectors of different models are never compared. */
  model: string
  /** Whether it makes sense of English only. */
  englishOnly?: boolean
  /** A reader is waiting: goes before everything else. */
  embedQuery(text: string): Promise<Float32Array>
  /**
   * Background work, done in the order given: a vector for each text. Rejects at once with the reason of `signal` when
   * that is aborted.
   */
  embedTexts(texts: string[], options?: { signal?: AbortSignal }): Promise<Float32Array[]>
  /** When the background work is done, gives back the memory it took. More work may follow at any time. */
  rest(): Promise<void>
  /** What is still under way throws `EmbeddingUnavailable`. */
  close(): Promise<void>
}

/**
 * What makes vectors under these settings: without a `url` the model that comes with Broadsheet, else the server there,
 * which speaks OpenAI's protocol. null: `model` is "none". Nothing is loaded or asked before the first text.
 * But for the reasons of signals, its functions throw `EmbeddingUnavailable`, and only that is to be expected.
 */
export function openEmbedder({
  url,
  key,
  model,
  dataFolder,
  log,
}: {
  url: string | null
  key: string | null
  model: string | null
  dataFolder: string
  log: Logger
}): Embedder | null {
  if (model === 'none') return null
  if (url !== null) return openServer({ url, key, model, log })
  if (model !== null) log.warn({ model }, 'EMBEDDINGS_MODEL names a model, but there is no EMBEDDINGS_URL')
  return openLocalModel({ dataFolder, log })
}
