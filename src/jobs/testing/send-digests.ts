import { once } from 'node:events'
import { listen } from '../../db/listen.ts'
import { openDatabase, type DatabaseAddress } from '../../db/open.ts'
import type { DigestRoom } from '../../digests/digest-room.ts'
import { openMailer } from '../../mail/mailer.ts'
import { NO_RATES } from '../../mail/mail-rate.ts'
import { openTaste } from '../../recommendation/open-taste.ts'
import { createLog } from '../../runtime/log.ts'
import { openTroubles } from '../../runtime/troubles.ts'
import { SearchAway } from '../../search/engine-client.ts'
import { openMeaning } from '../../search/meaning.ts'
import { startJob } from '../job.ts'
import { composeDigests, sendDigests } from '../send-digests.ts'

/** How such a process is started, and what it is told later of its clock. */
export type DigestSender = {
  database: DatabaseAddress
  smtpUrl: string
  secret: string
  site: DigestRoom['site']
  timeZone: string
  /** By how much its clock is ahead of that of this machine. */
  aheadMs: number
}

// A process that composes and sends digests as the program does, for tests that kill it: send-digests.ts OPTIONS. Its clock
// is moved by messages; a SIGTERM ends it in order, and so does the end of the test.
const { database, smtpUrl, secret, site, timeZone, aheadMs } = JSON.parse(
  process.argv[2] ?? '{}',
) as DigestSender
let ahead = aheadMs
const now = () => new Date(Date.now() + ahead)
const log = createLog('silent')
const troubles = openTroubles()
const db = openDatabase(database, { size: 6, onError: () => {} })
const mailer = openMailer({
  smtpUrl,
  outboxFolder: '',
  from: 'Tide Lines <digests@tides.example>',
  log,
})
const noSearch = async () => {
  throw new SearchAway('There is no search here.')
}
const room: DigestRoom = {
  search: {
    db,
    index: { find: noSearch, correct: noSearch, similar: noSearch, status: noSearch },
    meaning: openMeaning(
      { embeddingsUrl: null, embeddingsKey: null, embeddingsModel: 'none', dataFolder: '' },
      { log },
    ),
    timeZone,
  },
  taste: openTaste(db),
  site,
  pictures: false,
}
const jobs = [
  startJob(
    composeDigests(async () => room, { log, now }),
    { log, troubles },
  ),
  startJob(
    sendDigests(async () => ({ room, mailer, rates: NO_RATES, secret, now }), { log, tell: async () => {} }),
    { log, troubles },
  ),
]
const wake = () => {
  for (const job of jobs) job.wake()
}
const listener = listen(database, { on: { digests: wake }, log })
process.on('message', (moved: { aheadMs: number }) => {
  ahead = moved.aheadMs
  wake()
})
process.once('disconnect', () => process.exit(1))
await once(process, 'SIGTERM')
await Promise.all([listener.close(), ...jobs.map((job) => job.close())])
await mailer.close()
await db.destroy()
process.exit(0)
