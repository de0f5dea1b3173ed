import type { Kysely } from 'kysely'
import { notify } from '../db/channels.ts'
import type { Database } from '../db/schema.ts'
import type { Logger } from '../runtime/log.ts'

/** Anonymous readers see a change after at most so long; their pages are made anew no more often than that. */
const AT_MOST_EVERY_MS = 1_000

/**
 * Lets the pages of this process and of others know that readers have changed something, at most once a second however
 * many they are: a notice for each vote would make every commit wait for the one before it.
 */
export function announceChanges(
  db: Kysely<Database>,
  { onChange, log }: { onChange: () => void; log: Logger },
): { changed: () => void; close(): Promise<void> } {
  let timer: NodeJS.Timeout | null = null
  let telling: Promise<void> = Promise.resolve()

  function tell(): void {
    timer = null
    onChange()
    telling = notify(db, 'ranking').catch((error: unknown) =>
      log.warn({ error: String(error) }, 'other processes were not told of a change'),
    )
  }
  return {
    changed() {
      timer ??= setTimeout(tell, AT_MOST_EVERY_MS)
    },
    async close() {
      if (timer) {
        clearTimeout(timer)
        tell()
      }
      await telling
    },
  }
}
