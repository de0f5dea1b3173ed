import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { writeNightlyDump } from '../dumps/nightly.ts'
import { editionTimeZone } from '../ranking/editions.ts'
import type { Logger } from '../runtime/log.ts'
import { programVersion } from '../runtime/program-version.ts'
import type { Job } from './job.ts'

/** Whoever starts the program wants to see it first. */
const AFTER_START_MS = 10 * 60_000
const DAY_MS = 24 * 3_600_000

type Options = {
  /** Where dumps are kept. */
  folder: string
  site: { name: string; origin: () => Promise<string> }
  curators: readonly string[]
  timeZone: string
  log: Logger
  now: () => Date
}

/** Writes an open dump each night. */
export function writeDumps(
  db: Kysely<Database>,
  { folder, site, curators, timeZone, log, now }: Options,
): Job {
  const startedAt = now()
  let toldAt: Date | null = null
  return {
    name: 'dumps',
    everyMs: 60_000,
    // It is no use to try what failed again at once.
    retryMs: 3_600_000,
    async work(signal) {
      const time = now()
      if (time.getTime() - startedAt.getTime() < AFTER_START_MS) return undefined
      const outcome = await writeNightlyDump(db, {
        folder,
        site: { name: site.name, url: await site.origin() },
        timeZone: await editionTimeZone(db, { otherwise: timeZone }),
        curators,
        program: programVersion(),
        now: time,
        signal,
      })
      if (outcome.kind === 'written')
        log.info({ dump: outcome.name, bytes: outcome.bytes }, 'a dump was written')
      if (outcome.kind === 'no-room' && (toldAt === null || time.getTime() - toldAt.getTime() > DAY_MS)) {
        toldAt = time
        log.warn(
          { folder, needed: outcome.needed, free: outcome.free },
          'there is no room on the disk for tonight’s dump: none is written',
        )
      }
      return undefined
    },
  }
}
