import type { Context, Hono } from 'hono'
import { MCP_PATH } from '../api/addresses.ts'
import { OPERATIONS } from '../api/operations.ts'
import { BAD_TOKEN, openToOtherSites } from '../api/serve.ts'
import { goneSignal } from '../web/client-gone.ts'
import { readKind, type ReadAllowances, type ReadLimits } from '../web/read-limits.ts'
import type { Site } from '../web/site.ts'
import { viewerOf } from '../web/viewer.ts'
import { RPC, sendRpcError, type RpcId } from './rpc-error.ts'

/** The second version of the protocol let clients send several messages at once; each is work. */
const MOST_AT_ONCE = 10

/**
 * The MCP server at `/mcp`. There are no sessions: a message is answered by itself, by whichever process gets it, and nothing is
 * held for a client between two of them. So there is no stream to GET and no session to DELETE.
 */
export function addMcp(app: Hono, { limits }: { limits: ReadLimits }): void {
  app.use(`${MCP_PATH}/*`, openToOtherSites())
  app.post(MCP_PATH, async (c) => {
    const { site } = c.var
    c.header('cache-control', 'no-store')
    if (!comesFromHere(site, c))
      return sendRpcError(c, {
        status: 403,
        message:
          'This site is not set up for this address. The people who run it need to set PUBLIC_URL to it.',
      })
    if (c.req.header('authorization') !== undefined && (await viewerOf(site, c)) === null) {
      c.header('www-authenticate', 'Bearer realm="broadsheet", error="invalid_token"')
      return sendRpcError(c, { status: 401, message: BAD_TOKEN.detail })
    }
    const read = await readMessages(c)
    if (!read.ok) return sendRpcError(c, read)
    const waitMs = await count(c, { messages: read.messages, limits })
    if (waitMs > 0) {
      const retryAfterSeconds = Math.ceil(waitMs / 1_000)
      c.header('retry-after', String(retryAfterSeconds))
      return sendRpcError(c, {
        status: 429,
        message: `You have asked often in a short time. Try again in ${retryAfterSeconds} seconds.`,
        data: { retryAfterSeconds },
        id: idOf(read.body),
      })
    }
    // It is large, and a site that no model reads can do without it.
    const { answerMessages } = await import('./answer.ts')
    const answer = await answerMessages(c.req.raw, { body: read.body, site, gone: goneSignal(c) })
    for (const [name, value] of answer.headers) c.header(name, value)
    return c.newResponse(answer.body, answer.status as 200)
  })
}

/**
 * Whether a request names this site as the one it is for, and comes from one of its pages if from any: a page elsewhere
 * may lead a browser to a site on its own machine or network under a name of its own (DNS rebinding). A site with a public
 * address is open to all: what it says without a token it says to everyone, and it knows no cookies here.
 */
function comesFromHere({ accounts }: Site, c: Context): boolean {
  const origin = c.req.header('origin')
  return (
    accounts.answersAt(c.req.header('host')) &&
    (origin === undefined || accounts.answersAt(URL.parse(origin)?.host))
  )
}

/** The messages that were sent, as far as they are JSON. `boundedBodies` has limited their size. */
async function readMessages(
  c: Context,
): Promise<
  | { ok: true; body: unknown; messages: unknown[] }
  | { ok: false; status: 400 | 415; code: number; message: string }
> {
  const type = (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    return {
      ok: false,
      status: 415,
      code: RPC.refused,
      message: 'Send JSON, with the header “Content-Type: application/json”.',
    }
  let body: unknown
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await c.req.arrayBuffer()))
  } catch {
    return { ok: false, status: 400, code: RPC.parse, message: 'What you sent is not JSON in UTF-8.' }
  }
  const messages = Array.isArray(body) ? (body as unknown[]) : [body]
  if (messages.length > MOST_AT_ONCE)
    return {
      ok: false,
      status: 400,
      code: RPC.request,
      message: `Send up to ${MOST_AT_ONCE} messages at once.`,
    }
  return { ok: true, body, messages }
}

/** Counts each message by what it makes: a search costs what it costs on the site. */
async function count(
  c: Context,
  { messages, limits }: { messages: readonly unknown[]; limits: ReadLimits },
): Promise<number> {
  for (const message of messages) {
    const waitMs = await limits.take(c, kindOf(message))
    if (waitMs > 0) return waitMs
  }
  return 0
}

function kindOf(message: unknown): keyof ReadAllowances {
  const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } }
  if (method === 'completion/complete') return 'search'
  const operation = method === 'tools/call' ? OPERATIONS.find(({ id }) => id === params?.name) : undefined
  return operation === undefined ? 'page' : readKind(operation.path)
}

function idOf(body: unknown): RpcId {
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : null
  return typeof id === 'string' || typeof id === 'number' ? id : null
}
