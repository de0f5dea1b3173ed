import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Logger } from '../runtime/log.ts'

/** The channel on which every process hears that readers have changed what pages show: votes, comments, picks. */
export const RANKING_CHANGED = 'ranking_changed'

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
    telling = sql`select pg_notify(${RANKING_CHANGED}, '')`.execute(db).then(
      () => undefined,
      (error: unknown) => log.warn({ error: String(error) }, 'other processes were not told of a change'),
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
