import { basename } from 'node:path'
import { connect } from '../db/connect.ts'
import { importDump, type DumpCounts } from '../dumps/import-dump.ts'
import { DumpRefused, openDump } from '../dumps/read-dump.ts'
import { editionTimeZone } from '../ranking/editions.ts'
import { interruption } from './interruption.ts'
import { progressLine } from './progress.ts'
import { quietLog } from './quiet-log.ts'
import { settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

/** `import FILE` of another site's dump: all of it is checked before anything changes. */
export async function importDumpFile(path: string): Promise<void> {
  const config = settings()
  const signal = interruption()
  const now = () => new Date()
  const dump = await orRefused(openDump(path, { now: now() }))
  const progress = progressLine(process.stderr)
  const started = performance.now()
  let begun = false
  let counts: DumpCounts
  try {
    const connection = await connect(config, { log: quietLog(config), size: 2 })
    try {
      const { db } = connection
      const timeZone = await editionTimeZone(db, { otherwise: config.siteTimeZone })
      if (timeZone !== dump.manifest.timeZone)
        progress.say(
          `Editions here are dated in ${timeZone}, those of ${dump.manifest.site.name} in ${dump.manifest.timeZone}: ` +
            'some papers will be in another edition. Set SITE_TIMEZONE to have them as they were.',
        )
      counts = await orRefused(
        importDump(db, dump, {
          name: basename(path),
          timeZone,
          now,
          signal,
          onProgress(doing, file, records) {
            if (doing === 'importing') begun = true
            progress.show(`${doing} ${file}: ${records.toLocaleString('en-GB')}`)
          },
        }),
      )
    } finally {
      progress.end()
      await connection.close()
    }
  } catch (error) {
    if (signal.aborted)
      throw new UsageError(
        begun
          ? 'Interrupted. Run the command again to import the rest.'
          : 'Interrupted. Nothing was imported.',
      )
    throw error
  } finally {
    dump.zip.close()
  }
  const seconds = (performance.now() - started) / 1000
  const all = counts.new + counts.updated + counts.unchanged
  process.stdout.write(
    `${all} papers of ${dump.manifest.site.name}, as they were at ${dump.manifest.takenAt}: ${counts.new} new, ` +
      `${counts.updated} updated, ${counts.unchanged} unchanged; ${seconds.toFixed(1)} s, ${Math.round(all / seconds)} papers/s\n`,
  )
}

async function orRefused<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof DumpRefused) throw new UsageError(`${error.message} Nothing was imported.`)
    throw error
  }
}
