import { createLog } from '../log.ts'
import { serveSite } from '../serve-site.ts'
import { settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

/** Serves until a signal asks it to stop; requests under way are finished first. */
export async function serve(): Promise<void> {
  const config = settings()
  const log = createLog(config.logLevel)
  const outcome = await serveSite({ config, log, now: () => new Date() })
  if (!outcome.ok) throw new UsageError(outcome.reason)
  process.stdout.write(`${config.siteName} is at ${outcome.url}\n`)

  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve(name))
  })
  // A second signal ends the wait.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1))
  log.info({ signal }, 'stopping')
  await outcome.stop()
  log.info('stopped')
}
