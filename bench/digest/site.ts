/** The site as `npm start` has it, on the morning on which digests are due; prints where it is. */
import { once } from 'node:events'
import { settings } from '../../src/cli/settings.ts'
import { createLog } from '../../src/runtime/log.ts'
import { serveSite } from '../../src/serve-site.ts'
import { MORNING } from './subscribers.ts'

const begun = Date.now()
const config = settings()
const site = await serveSite({
  config,
  jobs: true,
  log: createLog(config.logLevel),
  now: () => new Date(MORNING.getTime() + Date.now() - begun),
})
if (!site.ok) throw new Error(site.reason)
console.log(`the site is at ${site.listensAt}`)
await once(process, 'SIGTERM')
await site.stop()
