import type { Config } from '../config.ts'
import type { Logger } from '../runtime/log.ts'
import { indexInThisThread, type SearchIndex } from '../search/search.ts'
import { openIndex } from './open-index.ts'

/**
 * The search index, opened and brought up to date when it is first asked: most lists need none, and opening takes a moment.
 * It is left on the disk as it is.
 */
export function lazyIndex(
  config: Config,
  { log }: { log: Logger },
): { index: SearchIndex; close(): Promise<void> } {
  let opening: ReturnType<typeof open> | null = null
  async function open() {
    const opened = await openIndex(config, { log, keep: false })
    await opened.engine.caughtUp()
    return { ...opened, index: indexInThisThread(opened.engine) }
  }
  const index = async () => (await (opening ??= open())).index
  return {
    index: {
      find: async (request) => (await index()).find(request),
      correct: async (question) => (await index()).correct(question),
      similar: async (id, count) => (await index()).similar(id, count),
      status: async () => (await index()).status(),
    },
    async close() {
      await (await opening)?.close()
    },
  }
}
