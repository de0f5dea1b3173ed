import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { OutgoingClient } from '../outgoing/client.ts'
import type { Logger } from '../runtime/log.ts'
import { runDueTasks } from '../sources/run-due.ts'
import type { ServiceKeys, ServiceUrls } from '../sources/source-kind.ts'
import type { Job } from './job.ts'

/** Asks the sources that are due. */
export function harvestSources(
  db: Kysely<Database>,
  options: {
    client: OutgoingClient
    urls: ServiceUrls
    keys: ServiceKeys
    contact: string | null
    timeZone: string
    log: Logger
    now: () => Date
  },
): Job {
  return {
    name: 'sources',
    everyMs: 15_000,
    async work(signal) {
      await runDueTasks(db, { ...options, signal })
      return undefined
    },
  }
}
