import { sql, type Kysely } from 'kysely'
import { listen, type Listener } from '../db/listen.ts'
import type { DatabaseAddress } from '../db/open.ts'
import type { Database } from '../db/schema.ts'
import type { Logger } from '../runtime/log.ts'

/**
 * What pages show and readers change: a paper with its counts and what is said of it, the order of an edition (by its
 * day), the order of all papers by the attention they drew, the newest comments, the picks, the public collections.
 */
export type Subject =
  | `paper ${number}`
  | `edition ${string}`
  | 'ranking'
  | 'comments'
  | 'picks'
  | 'collections'

/** What has changed: some subjects, or whatever pages may show. */
export type Change = readonly Subject[] | 'everything'

/** What changes when a paper draws attention or loses it: what it shows, and its place in every order. */
export function attentionOn({ id, edition }: { id: number; edition: string }): Subject[] {
  return [`paper ${id}`, `edition ${edition}`, 'ranking']
}

/** The channel on which every process hears what readers have changed. */
const RANKING_CHANGED = 'ranking_changed'

/** Anonymous readers see a change after at most so long; their pages are made anew no more often than that. */
const AT_MOST_EVERY_MS = 1_000

/** PostgreSQL takes less than 8,000 bytes with a notice. */
const LONGEST_NOTICE_BYTES = 7_900

/**
 * Lets the pages of this process and of others know what readers have changed, at most once a second however many they
 * are: a notice for each vote would make every commit wait for the one before it.
 */
export function announceChanges(
  db: Kysely<Database>,
  { onChange, log }: { onChange: (change: Change) => void; log: Logger },
): { changed: (change: Change) => void; close(): Promise<void> } {
  let timer: NodeJS.Timeout | null = null
  let telling: Promise<void> = Promise.resolve()
  let gathered: Set<Subject> | 'everything' = new Set()

  function tell(): void {
    timer = null
    const change: Change = gathered === 'everything' ? gathered : [...gathered]
    gathered = new Set()
    onChange(change)
    telling = sql`select pg_notify(${RANKING_CHANGED}, ${formatChange(change)})`.execute(db).then(
      () => undefined,
      (error: unknown) => log.warn({ error: String(error) }, 'other processes were not told of a change'),
    )
  }
  return {
    changed(change) {
      gathered =
        change === 'everything' || gathered === 'everything'
          ? 'everything'
          : new Set([...gathered, ...change])
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

/** Hears what readers have changed through any process; everything, where a notice may have been missed. */
export function hearChanges(
  address: DatabaseAddress,
  { onChange, log }: { onChange: (change: Change) => void; log: Logger },
): Listener {
  return listen(address, {
    channel: RANKING_CHANGED,
    onNotice: (text) => onChange(text === null ? 'everything' : parseChange(text)),
    log,
  })
}

/** One subject a line. Nothing stands for everything: so does what an earlier release says. */
function formatChange(change: Change): string {
  const text = change === 'everything' ? '' : change.join('\n')
  return Buffer.byteLength(text) > LONGEST_NOTICE_BYTES ? '' : text
}

function parseChange(text: string): Change {
  return text === '' ? 'everything' : (text.split('\n') as Subject[])
}
