import { once } from 'node:events'
import { keptSecret } from '../accounts/secret.ts'
import { startBackground } from '../background.ts'
import { connect } from '../db/connect.ts'
import { endsWithin } from '../runtime/ends-within.ts'
import { createLog } from '../runtime/log.ts'
import { openTroubles } from '../runtime/troubles.ts'
import { openMeaning } from '../search/meaning.ts'
import { interruption } from './interruption.ts'
import { settings } from './settings.ts'

/** Work under way, and the search index, get so long to end. */
const CLOSE_MS = 7_000

/** `work`: does the work in the background without serving, beside processes that serve with `--no-jobs`. */
export async function work(): Promise<void> {
  const config = settings()
  const log = createLog(config.logLevel)
  const asked = interruption()
  const connection = await connect(config, { log, size: 6 })
  const meaning = openMeaning(config, { log })
  const background = startBackground({
    config,
    connection,
    secret: config.secret ?? (await keptSecret(config.dataFolder)),
    meaning,
    troubles: openTroubles(),
    log,
    now: () => new Date(),
  })
  log.info('working')
  if (!asked.aborted) await once(asked, 'abort')
  log.info('stopping')
  await endsWithin(Promise.all([background.close(), meaning.close()]), CLOSE_MS)
  await connection.close()
  log.info('stopped')
}
