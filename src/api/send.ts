import type { Context } from 'hono'
import { pageShows } from '../web/shows.ts'
import type { Allowance } from './call.ts'
import type { Done, Operation } from './operation.ts'
import { PROBLEMS, toProblemJson, type Problem } from './problem.ts'

/** Answers with a problem as RFC 9457 has it. */
export function sendProblem(c: Context, found: Problem, origin: string): Response {
  const { status } = PROBLEMS[found.kind]
  c.header('cache-control', 'no-store')
  if (found.retryAfterSeconds !== undefined) c.header('retry-after', String(found.retryAfterSeconds))
  if (status === 401)
    c.header(
      'www-authenticate',
      `Bearer realm="broadsheet"${found.kind === 'bad-token' ? ', error="invalid_token"' : ''}`,
    )
  return c.body(JSON.stringify(toProblemJson(found, origin)), status, {
    'content-type': 'application/problem+json',
  })
}

/** Answers with what came of an operation. */
export function sendDone(c: Context, done: Done<unknown>, { operation }: { operation: Operation }): Response {
  const { body, status = operation.status, location, next, shows, isOwn = false, isReplayed = false } = done
  if (operation.scope !== null || isOwn) c.header('cache-control', 'no-store')
  else if (shows !== undefined) pageShows(c, shows)
  if (location !== undefined) c.header('location', location)
  if (isReplayed) c.header('idempotency-replayed', 'true')
  if (next) {
    const query = new URLSearchParams(URL.parse(c.req.url)?.search)
    for (const [name, value] of Object.entries(next)) query.set(name, value)
    c.header(
      'link',
      `<${c.req.path.replaceAll(/[<>"\s]/g, encodeURIComponent)}?${query.toString()}>; rel="next"`,
    )
  }
  const { answerType } = operation
  return answerType === 'text/markdown'
    ? c.body(String(body), status, { 'content-type': 'text/markdown; charset=utf-8' })
    : c.body(JSON.stringify(body), status, { 'content-type': answerType })
}

/** Says how much is left of the limit that a request was counted in (draft-ietf-httpapi-ratelimit-headers). */
export function tellAllowance(c: Context, { limit, left, resetSeconds }: Allowance): void {
  const name = limit.name.replaceAll(/[^a-z]+/g, '-')
  c.header('ratelimit-policy', `"${name}";q=${limit.most};w=${limit.windowMs / 1_000}`)
  c.header('ratelimit', `"${name}";r=${left};t=${resetSeconds}`)
}
