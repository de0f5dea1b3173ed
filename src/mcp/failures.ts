import { randomUUID } from 'node:crypto'
import { problem, type Problem } from '../api/problem.ts'
import { isConnectionLost, isStopped } from '../db/connect.ts'
import { describeFailure } from '../runtime/describe-failure.ts'
import type { Logger } from '../runtime/log.ts'
import { SearchAway } from '../search/engine-client.ts'

/** What is said of something that failed while it was done; what is a fault of ours is in the log under the number it names. */
export function failureProblem(error: unknown, log: Logger, about: Record<string, unknown>): Problem {
  if (error instanceof SearchAway)
    return problem('unavailable', 'Search is not available at the moment. Try again in a few seconds.', {
      retryAfterSeconds: 5,
    })
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  if (isConnectionLost(error)) {
    log.warn({ ...about, error: message }, 'the database is away')
    return AWAY
  }
  if (isStopped(error)) {
    log.warn({ ...about, error: message }, 'a request took the database too long')
    return problem(
      'unavailable',
      'The archive took too long over this, so it was stopped and nothing was changed. Try again in a minute.',
      { retryAfterSeconds: 60 },
    )
  }
  const failure = describeFailure(error)
  if (failure) {
    log.warn({ ...about, error: message }, failure.reason)
    return failure.kind === 'exhausted'
      ? AWAY
      : problem('unavailable', 'Nothing can be saved on this site at the moment. Reading works meanwhile.', {
          retryAfterSeconds: 60,
        })
  }
  const reference = randomUUID().slice(0, 8)
  log.error({ ...about, reference, error: stack ?? message }, 'a request failed')
  return problem(
    'fault',
    `Something went wrong on our side. If it keeps happening, tell the people who run this site and give them this number: ${reference}`,
  )
}

const AWAY = problem(
  'unavailable',
  'We cannot reach our archive at the moment. Try again in a few seconds.',
  {
    retryAfterSeconds: 5,
  },
)
