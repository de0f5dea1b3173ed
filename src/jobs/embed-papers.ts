import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Logger } from '../runtime/log.ts'
import { EmbeddingUnavailable, type Embedder } from '../search/embeddings/embedder.ts'
import { embedNextPapers, papersToEmbed } from '../search/embed-papers.ts'
import type { Job } from './job.ts'

/** Where the model is out of reach, so long passes before it is asked again. */
const UNAVAILABLE_REST_MS = 60_000
const TELL_EVERY_MS = 15_000

/** Embeds papers as they come in, a batch a round, and logs how it gets on. */
export function embedPapers(
  db: Kysely<Database>,
  embedder: Embedder,
  { log, now }: { log: Logger; now: () => Date },
): Job {
  let told = performance.now()
  let since = 0
  return {
    name: 'embeddings',
    everyMs: 30_000,
    retryMs: 2_000,
    async work(signal) {
      if (since === 0) told = performance.now()
      try {
        const step = await embedNextPapers(db, embedder, { now, signal })
        since += step.embedded
        const ms = performance.now() - told
        if (since > 0 && (ms > TELL_EVERY_MS || step.done)) {
          const toGo = await papersToEmbed(db, embedder.model)
          log.info(
            { embedded: since, perSecond: Math.round((since * 1_000) / ms), toGo },
            'papers were embedded',
          )
          told = performance.now()
          since = 0
        }
        if (!step.done) return 'again'
        await embedder.rest()
        return undefined
      } catch (error) {
        if (signal.aborted || !(error instanceof EmbeddingUnavailable)) throw error
        log.warn({ reason: error.message }, 'papers cannot be embedded now: search works by words')
        return { restMs: UNAVAILABLE_REST_MS }
      }
    },
  }
}
