import { isConnectionLost } from '../db/connect.ts'
import type { Troubles } from '../runtime/troubles.ts'
import { startLoop, type BackgroundLoop, type Next } from '../runtime/background-loop.ts'
import { describeFailure } from '../runtime/describe-failure.ts'
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

/**
 * Does a job until it is closed. A failure is logged and the job goes on; that the database is away, or the disk is full,
 * is logged once. A job that fails twice in a row is one of the `troubles` until it succeeds.
 */
export function startJob(
  { name, everyMs, retryMs, work }: Job,
  { log, troubles }: { log: Logger; troubles: Troubles },
): BackgroundLoop {
  async function round(signal: AbortSignal): Promise<Next> {
    const next = await work(signal)
    troubles.over(`job ${name}`)
    return next
  }
  return startLoop(round, {
    everyMs,
    onError(error, { again }) {
      const failure = describeFailure(error)
      const lost = isConnectionLost(error)
      if (again && !lost)
        troubles.note(
          `job ${name}`,
          failure?.kind === 'full' ? 'the disk is full' : 'work in the background fails',
        )
      if (failure && !lost) {
        if (!again) log.warn({ job: name }, failure.reason)
      } else if (!lost)
        log.error({ job: name, error: error instanceof Error ? error.stack : String(error) }, 'a job failed')
      else if (!again) log.warn({ job: name }, 'a job waits for the database')
      return retryMs === undefined ? undefined : { restMs: retryMs }
    },
  })
}
