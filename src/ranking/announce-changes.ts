import type { Kysely } from 'kysely'
import { notify } from '../db/channels.ts'
import type { Database } from '../db/schema.ts'
import type { Logger } from '../runtime/log.ts'

/**
 * What pages show and readers change: a paper with its counts and what is said of it, the order of an edition (by its
 * day), the order of all papers by the attention they drew, the newest comments, the picks, the public collections, and the issues of digests in the archive.
 */
export type ChangingPart =
  | `paper ${number}`
  | `edition ${string}`
  | 'ranking'
  | 'comments'
  | 'picks'
  | 'collections'
  | 'digests'

/** What has changed: some subjects, or whatever pages may show. */
export type Change = readonly ChangingPart[] | 'everything'

/** What changes when a paper draws attention or loses it: what it shows, and its place in every order. */
export function attentionOn({ id, edition }: { id: number; edition: string | null }): ChangingPart[] {
  return [`paper ${id}`, ...(edition === null ? [] : [`edition ${edition}` as const]), 'ranking']
}

/** Readers who are not signed in see a change within this time; their pages are rebuilt at most that often. */
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
  let gathered: Set<ChangingPart> | 'everything' = new Set()

  function tell(): void {
    timer = null
    const change: Change = gathered === 'everything' ? gathered : [...gathered]
    gathered = new Set()
    onChange(change)
    telling = notify(db, 'ranking', formatChange(change)).catch((error: unknown) =>
      log.warn({ error: String(error) }, 'other processes were not told of a change'),
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

/** One subject a line. Nothing stands for everything: so does what an earlier release says. */
function formatChange(change: Change): string {
  const text = change === 'everything' ? '' : change.join('\n')
  return Buffer.byteLength(text) > LONGEST_NOTICE_BYTES ? '' : text
}

/** What a notice of the channel `ranking` says has changed; everything, where one may have been missed (null). */
export function parseChange(text: string | null): Change {
  return text === null || text === '' ? 'everything' : (text.split('\n') as ChangingPart[])
}
