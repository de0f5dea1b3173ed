import { once } from 'node:events'
import { startBackground } from '../background.ts'
import { connect } from '../db/connect.ts'
import { createLog } from '../runtime/log.ts'
import { openMeaning } from '../search/meaning.ts'
import { interruption } from './interruption.ts'
import { settings } from './settings.ts'

/** `work`: does the work in the background without serving, beside processes that serve with `--no-jobs`. */
export async function work(): Promise<void> {
  const config = settings()
  const log = createLog(config.logLevel)
  const asked = interruption()
  const connection = await connect(config, { log, size: 6 })
  const meaning = openMeaning(config, { log })
  const background = startBackground({ config, connection, meaning, log, now: () => new Date() })
  log.info('working')
  if (!asked.aborted) await once(asked, 'abort')
  log.info('stopping')
  await background.close()
  await meaning.close()
  await connection.close()
  log.info('stopped')
}
