import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Logger } from '../runtime/log.ts'
import { runTask, type HarvestOptions } from './harvest.ts'
import { listSources } from './sources.ts'

/** Tasks that are run at once: one that waits for a slow service holds up no other. */
const AT_ONCE = 4

/** Runs the tasks of sources that are due, some at a time. */
export async function runDueTasks(
  db: Kysely<Database>,
  { log, ...options }: HarvestOptions & { log: Logger },
): Promise<void> {
  const { now, signal } = options
  const sources = (await listSources(db, { now: now() })).filter(({ pausedAt }) => pausedAt === null)
  const due = sources
    .flatMap((source) =>
      source.tasks
        .filter(({ isRunning, nextAt }) => !isRunning && nextAt <= now())
        .map((state) => ({ source, state, task: source.kind.tasks.find(({ name }) => name === state.task) })),
    )
    .toSorted((a, b) => a.state.nextAt.getTime() - b.state.nextAt.getTime())
  async function work(): Promise<void> {
    for (let next = due.shift(); next && !signal.aborted; next = due.shift()) {
      const { source, task } = next
      if (!task) continue
      const outcome = await runTask(db, source, task, options)
      if (outcome === null) continue
      const what = { source: source.name, task: task.name, ...outcome.counts }
      if (outcome.outcome === 'whole') log.info(what, 'a source was harvested')
      else if (outcome.outcome === 'failed') {
        const { reason, error } = outcome
        if (error === undefined) log.warn({ ...what, reason }, 'a source waits')
        else log.error({ ...what, error: (error as Error).stack ?? error }, 'a source failed')
      }
    }
  }
  const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, work))
  const failure = results.find((result) => result.status === 'rejected')
  if (failure) throw failure.reason
}
