import type { Context, Hono, MiddlewareHandler } from 'hono'
import { goneSignal } from '../web/client-gone.ts'
import { taking } from '../web/parameters.ts'
import { pageShows } from '../web/shows.ts'
import type { Site } from '../web/site.ts'
import { viewerOf } from '../web/viewer.ts'
import { call, mayCall } from './call.ts'
import { readKey, takesKey } from './idempotency.ts'
import { openApi } from './openapi.ts'
import type { Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import { problem } from './problem.ts'
import { readAddress, readBody } from './read-request.ts'
import { sendDone, sendProblem, tellAllowance } from './send.ts'

/** Every address of the API: one for each operation, and what is said where there is none. */
export function addApi(app: Hono, site: Site): void {
  app.use('/api/*', openToOtherSites())
  app.use('/api/*', async (c, next) => {
    const isOurs = OUR_TOKEN.test(c.req.header('authorization') ?? '')
    if (!isOurs || (await viewerOf(site, c)) !== null) return next()
    return sendProblem(c, BAD_TOKEN, site.origin)
  })
  app.get('/openapi.json', taking(site, []), openToOtherSites(), (c) => {
    pageShows(c, [])
    return c.json(openApi(site))
  })
  for (const operation of inOrderOfMatching(OPERATIONS))
    app.on(operation.method, routePath(operation), (c) => answer(c.var.site, c, operation))
  app.all('/api/*', (c) =>
    sendProblem(
      c,
      problem('not-found', 'The API has no such address. It is described at /about/api.'),
      site.origin,
    ),
  )
}

/** Clients that are made for other services send what lets them in there, which is nothing here: they may read all the same. */
const OUR_TOKEN = /^Bearer +bs_/i

export const BAD_TOKEN = problem(
  'bad-token',
  'This token is not known here, was revoked or has expired. You can make another one in your settings.',
)

async function answer(site: Site, c: Context, operation: Operation): Promise<Response> {
  const address = readAddress(c, operation)
  if (!address.ok) return sendProblem(c, address, site.origin)
  // Before what they sent is looked at.
  const refusal = mayCall(operation, { site })
  if (refusal) return sendProblem(c, refusal, site.origin)
  const read = await readBody(c, operation, address.input)
  if (!read.ok) return sendProblem(c, read, site.origin)
  const keyed = takesKey(operation) ? readKey(c.req.header('idempotency-key')) : null
  if (keyed?.ok === false) return sendProblem(c, keyed, site.origin)
  const asking = { site, now: site.now(), signal: goneSignal(c) }
  const { outcome, allowance } = await call(operation, asking, read.input, { key: keyed?.key ?? null })
  if (allowance) tellAllowance(c, allowance)
  return outcome.ok ? sendDone(c, outcome, { operation }) : sendProblem(c, outcome, site.origin)
}

/** `/api/papers/{id+}/vote` as the router knows it; `+`: with slashes, as identifiers may have. */
function routePath({ path }: Pick<Operation, 'path'>): string {
  return path.replaceAll(/\{(\w+)(\+?)\}/g, (_, name: string, plus: string) =>
    plus === '' ? `:${name}` : `:${name}{.+}`,
  )
}

/** What is written out comes before what stands for anything. */
function inOrderOfMatching(operations: readonly Operation[]): Operation[] {
  const openness = ({ path }: Operation) => (path.endsWith('+}') ? 2 : path.includes('{') ? 1 : 0)
  return operations.toSorted((a, b) => openness(a) - openness(b))
}

/** Lets pages of other sites ask here: what they ask with, a token, is nothing that browsers send by themselves. */
export function openToOtherSites(): MiddlewareHandler {
  return async (c, next) => {
    const isPreflight =
      c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined
    if (isPreflight) {
      c.header('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
      c.header(
        'access-control-allow-headers',
        'authorization, content-type, accept, idempotency-key, if-none-match, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name, last-event-id',
      )
      c.header('access-control-max-age', '86400')
    }
    c.header('access-control-allow-origin', '*')
    c.header(
      'access-control-expose-headers',
      'etag, link, location, retry-after, ratelimit, ratelimit-policy, idempotency-replayed, mcp-session-id, www-authenticate',
    )
    if (isPreflight) return c.body(null, 204)
    return next()
  }
}
