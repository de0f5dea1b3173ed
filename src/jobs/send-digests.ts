import { composeDueIssues } from '../digests/compose-due.ts'
import { keepArchive } from '../digests/archive.ts'
import { deliverIssues, type Delivering, type Stopped } from '../digests/deliver.ts'
import { finishRuns } from '../digests/runs.ts'
import { endMailOfLostInterests } from '../digests/own-subscriptions.ts'
import { forgetUnconfirmed } from '../digests/subscriptions.ts'
import type { Logger } from '../runtime/log.ts'
import { TasteAway } from '../recommendation/taste.ts'
import { SearchAway } from '../search/engine-client.ts'
import type { Job } from './job.ts'

/** Composes the digests that are due. Those wait for which there is no index to search, or nobody to rank papers. */
export function composeDigests(
  room: () => Promise<Delivering['room']>,
  { log, now }: { log: Logger; now: () => Date },
): Job {
  return {
    name: 'compose digests',
    everyMs: 60_000,
    retryMs: 10_000,
    async work(signal) {
      const own = await room()
      await keepArchive(own, { now: now() })
      await forgetUnconfirmed(own.search.db, { now: now() })
      await endMailOfLostInterests(own.search.db, { now: now() })
      try {
        const { composed, skipped, published } = await composeDueIssues(own, { now, signal })
        if (composed + skipped + published > 0)
          log.info({ composed, skipped, published }, 'digests were composed')
      } catch (error) {
        if (!(error instanceof SearchAway || error instanceof TasteAway)) throw error
        return { restMs: 5_000 }
      }
      return undefined
    },
  }
}

/** Sends the digests that wait. When a run stops because errors rise, `tell` lets curators know. */
export function sendDigests(
  delivering: () => Promise<Omit<Delivering, 'signal' | 'onStop'>>,
  { log, tell }: { log: Logger; tell: (stopped: Stopped) => Promise<void> },
): Job {
  return {
    name: 'send digests',
    everyMs: 30_000,
    retryMs: 5_000,
    async work(signal) {
      const own = await delivering()
      const stops: Stopped[] = []
      const counts = await deliverIssues({
        ...own,
        signal,
        onFault: (error) =>
          log.error(
            { error: error instanceof Error ? error.stack : String(error) },
            'a digest could not be made into an email',
          ),
        onStop(stopped) {
          log.error(stopped, 'errors rose, so a run of digests stopped; it goes on later')
          stops.push(stopped)
        },
      })
      if (Object.values(counts).some((count) => count > 0)) log.info(counts, 'digests were sent')
      // One reason is behind all that stop at once.
      const [first] = stops
      if (first) await tell(first)
      await finishRuns(own.room.search.db, { now: own.now() })
      return undefined
    },
  }
}
