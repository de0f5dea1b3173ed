import type { Logger } from '../runtime/log.ts'
import { EmbeddingUnavailable, openEmbedder, type Embedder } from './embeddings/embedder.ts'

/** The settings that say which model makes vectors. */
export type EmbeddingSettings = {
  embeddingsUrl: string | null
  embeddingsKey: string | null
  embeddingsModel: string | null
  dataFolder: string
}

/** A text's vector, by the model whose vectors are searched; or why there is none. */
type QueryVector = { ok: true; vector: Float32Array } | { ok: false; reason: 'off' | 'away' | 'language' }

/** Says what queries mean. */
export type Meaning = {
  /** What papers are embedded with; null when it is switched off. */
  embedder: Embedder | null
  /** `foreign`: the text is in another language than English, of which not every model makes sense. */
  vectorOf(text: string, model: string, options?: { foreign?: boolean }): Promise<QueryVector>
  close(): Promise<void>
}

const TELL_EVERY_MS = 60_000

export function openMeaning(settings: EmbeddingSettings, { log }: { log: Logger }): Meaning {
  const open = (model: string | null, url: string | null) =>
    openEmbedder({ url, key: settings.embeddingsKey, model, dataFolder: settings.dataFolder, log })
  const embedder = open(settings.embeddingsModel, settings.embeddingsUrl)
  let former: { model: string; embedder: Embedder | null } | null = null
  let told = -Infinity

  /** While the papers are being embedded by another model, queries are still those of the one before. */
  function embedderOf(model: string): Embedder | null {
    if (embedder === null || embedder.model === model) return embedder
    if (former?.model !== model) {
      void former?.embedder?.close()
      former = { model, embedder: openFormer(model) }
    }
    return former.embedder?.model === model ? former.embedder : null
  }

  /** The model that was used before is either another one of the same server, or the one that comes with Broadsheet. */
  function openFormer(model: string): Embedder | null {
    const { embeddingsUrl: url } = settings
    const host = url === null ? null : `${new URL(url).host}/`
    return host !== null && model.startsWith(host) ? open(model.slice(host.length), url) : open(null, null)
  }

  return {
    embedder,
    async vectorOf(text, model, { foreign = false } = {}) {
      const by = embedderOf(model)
      if (by === null) return { ok: false, reason: embedder === null ? 'off' : 'away' }
      if (foreign && by.englishOnly) return { ok: false, reason: 'language' }
      try {
        return { ok: true, vector: await by.embedQuery(text) }
      } catch (error) {
        if (!(error instanceof EmbeddingUnavailable)) throw error
        if (performance.now() - told > TELL_EVERY_MS)
          log.warn({ reason: error.message }, 'search works by words only')
        told = performance.now()
        return { ok: false, reason: 'away' }
      }
    },
    async close() {
      await Promise.all([embedder?.close(), former?.embedder?.close()])
    },
  }
}
