import { once } from 'node:events'
import { connect } from '../db/connect.ts'
import { listen } from '../db/listen.ts'
import { createLog } from '../runtime/log.ts'
import { startEmbedding } from '../search/embed-papers.ts'
import { openMeaning } from '../search/meaning.ts'
import { PAPERS_CHANGED } from '../sources/record-harvest.ts'
import { interruption } from './interruption.ts'
import { settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

/** `work`: does the work in the background without serving, beside processes that serve with `--no-jobs`. */
export async function work(): Promise<void> {
  const config = settings()
  const log = createLog(config.logLevel)
  const asked = interruption()
  const meaning = openMeaning(config, { log })
  if (!meaning.embedder) throw new UsageError('There is no work: EMBEDDINGS_MODEL switches embeddings off.')
  const connection = await connect(config, { log, size: 4 })
  const embedding = startEmbedding(connection.db, meaning.embedder, { log })
  const listener = listen(connection.address, {
    channel: PAPERS_CHANGED,
    onNotice: () => embedding.wake(),
    log,
  })
  log.info('working')
  if (!asked.aborted) await once(asked, 'abort')
  log.info('stopping')
  await listener.close()
  await embedding.close()
  await meaning.close()
  await connection.close()
  log.info('stopped')
}
