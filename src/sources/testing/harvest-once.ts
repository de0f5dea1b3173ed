import { openDatabase } from '../../db/open.ts'
import { openOutgoingClient } from '../../outgoing/client.ts'
import { createLog } from '../../runtime/log.ts'
import { runDueTasks } from '../run-due.ts'
import type { ServiceUrls } from '../source-kind.ts'
import { oneByOne } from './moved-clock.ts'

/** A process that runs what is due and may be killed: its clock is the one of the process that started it. */
const { database, urls, clock, start } = JSON.parse(process.argv[2] ?? '{}') as {
  database: Parameters<typeof openDatabase>[0]
  urls: ServiceUrls
  clock: string
  start: string
}
let time = Date.parse(start)
const db = openDatabase(database, { onError: () => {} })
const now = () => new Date(time)
await runDueTasks(db, {
  client: oneByOne(
    openOutgoingClient({
      db,
      userAgent: 'Broadsheet (killed now and then)',
      now,
      async wait(milliseconds) {
        time = Date.parse(await (await fetch(`${clock}?ms=${milliseconds}`)).text())
      },
    }),
  ),
  urls,
  keys: { openalex: null, semanticScholar: null, github: null },
  contact: null,
  timeZone: 'America/New_York',
  log: createLog('silent'),
  now,
  signal: new AbortController().signal,
})
await db.destroy()
