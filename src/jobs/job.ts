import { isConnectionLost } from '../db/connect.ts'
import { startLoop, type BackgroundLoop, type Next } from '../runtime/background-loop.ts'
import type { Logger } from '../runtime/log.ts'

/** Work that nobody waits for: done when there is something to do, and otherwise every so often. */
export type Job = {
  /** As the log names it. */
  name: string
  everyMs: number
  /** After a failure; default: `everyMs`, at most a minute. */
  retryMs?: number
  work: (signal: AbortSignal) => Promise<Next>
}

/** Does a job until it is closed. A failure is logged and the job goes on; that the database is away is logged once. */
export function startJob({ name, everyMs, retryMs, work }: Job, { log }: { log: Logger }): BackgroundLoop {
  return startLoop(work, {
    everyMs,
    onError(error, { again }) {
      if (!isConnectionLost(error))
        log.error({ job: name, error: error instanceof Error ? error.stack : String(error) }, 'a job failed')
      else if (!again) log.warn({ job: name }, 'a job waits for the database')
      return retryMs === undefined ? undefined : { restMs: retryMs }
    },
  })
}
