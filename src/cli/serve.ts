import { once } from 'node:events'
import { createLog } from '../runtime/log.ts'
import { serveSite } from '../serve-site.ts'
import { interruption } from './interruption.ts'
import { settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

/** Serves until a signal asks it to stop; requests under way are finished first. */
export async function serve({ jobs }: { jobs: boolean }): Promise<void> {
  const config = settings()
  const log = createLog(config.logLevel)
  const asked = interruption()
  const outcome = await serveSite({ config, jobs, log, now: () => new Date() })
  if (!outcome.ok) throw new UsageError(outcome.reason)
  process.stdout.write(`${config.siteName} is at ${outcome.url}\n`)
  if (outcome.listensAt !== outcome.url) process.stdout.write(`Listening at ${outcome.listensAt}\n`)

  if (outcome.welcome !== null)
    process.stdout.write(`No papers arrive by themselves yet. Choose your field at ${outcome.welcome}\n`)

  if (!asked.aborted) await once(asked, 'abort')
  log.info('stopping')
  await outcome.stop()
  log.info('stopped')
}
