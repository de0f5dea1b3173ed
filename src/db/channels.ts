import { sql, type Kysely } from 'kysely'
import type { Database } from './schema.ts'

/** What processes tell each other through the database (LISTEN and NOTIFY): each names the channel it is told on. */
export const CHANNELS = {
  /** Papers were recorded, merged, hidden or removed. */
  papers: 'papers_changed',
  /** Readers have changed what pages show: votes, comments, picks. */
  ranking: 'ranking_changed',
  /** There are new vectors, or another model's are in use. */
  vectors: 'vectors_changed',
  /** A source was added, or is to be asked now. */
  sources: 'sources_due',
  /** A webhook was added, or has something to tell now. */
  webhooks: 'webhooks_due',
  /** A reader wants something imported, or saved to their library. */
  libraries: 'libraries_due',
  /** Somebody asked the hub for something. */
  hub: 'hub_asked',
  /** There are digests to compose or to send. */
  digests: 'digests_due',
  /** There is mail to send. */
  mail: 'mail_queued',
} as const
export type Channel = keyof typeof CHANNELS

/**
 * What a notice of the channel `papers` says while a run records papers: nothing that is shown has to go, and a notice that
 * does not say so follows when the run ends.
 */
export const RECORDING = 'recording'

/**
 * Tells every process that listens. Inside a transaction it is told when that is committed, and only then. A payload has
 * fewer than 8,000 bytes.
 */
export async function notify(db: Kysely<Database>, channel: Channel, payload = ''): Promise<void> {
  await sql`select pg_notify(${CHANNELS[channel]}, ${payload})`.execute(db)
}
