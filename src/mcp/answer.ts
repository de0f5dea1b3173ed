import {
  createMcpHandler,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
  type AuthInfo,
} from '@modelcontextprotocol/server'
import type { Site } from '../web/site.ts'
import { openServer } from './server.ts'

type Visit = { site: Site; gone: AbortSignal }

const open = () => createMcpHandler(({ authInfo }) => serverOf(authInfo), { legacy: 'reject' })
const MODERN = open()

/** Answers what a program sent in one request, in whichever version of the protocol it speaks. `gone` aborts when it leaves. */
export async function answerMessages(
  request: Request,
  { body, ...visit }: Visit & { body: unknown },
): Promise<Response> {
  const options = { parsedBody: body, authInfo: authInfoOf(visit) }
  if (await isLegacyRequest(request, body)) return answerLegacy(request, options)
  return isListening(body) ? answerListener(request, options) : MODERN.fetch(request, options)
}

type Options = { parsedBody: unknown; authInfo: AuthInfo }

function isListening(body: unknown): boolean {
  return (
    typeof body === 'object' && body !== null && 'method' in body && body.method === 'subscriptions/listen'
  )
}

/**
 * Answers whoever wants to be told of changes. Nothing here says that it tells of any, so they are told at once that no more will
 * come: a stream that was held open for each of them would hold a connection each, and tell them nothing.
 */
async function answerListener(request: Request, options: Options): Promise<Response> {
  const handler = open()
  const answer = await handler.fetch(request, options)
  await handler.close()
  return answer
}

/** Who asks, in the form in which the library hands it on. It has no use for the token, and does not get it. */
function authInfoOf(visit: Visit): AuthInfo {
  const { viewer } = visit.site
  return {
    token: '',
    clientId: viewer?.reader.id ?? '',
    scopes: [...(viewer?.token?.scopes ?? [])],
    extra: { visit },
  }
}

function serverOf(authInfo: AuthInfo | undefined) {
  if (authInfo?.extra === undefined) throw new Error('nobody said who asks')
  const { site, gone } = authInfo.extra['visit'] as Visit
  return openServer({
    site,
    ask: async (signal) => ({ site, now: site.now(), signal: AbortSignal.any([gone, signal]) }),
  })
}

/** Answers messages of the versions of 2025: without a session, and in one piece. */
async function answerLegacy(request: Request, { parsedBody, authInfo }: Options): Promise<Response> {
  const server = serverOf(authInfo)
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  await server.connect(transport)
  // Closing it would otherwise leave the answer waiting for good.
  const { promise: left, resolve } = Promise.withResolvers<Response>()
  const leave = () => resolve(new Response(null, { status: 499 }))
  request.signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([transport.handleRequest(request, { parsedBody, authInfo }), left])
  } finally {
    request.signal.removeEventListener('abort', leave)
    await server.close()
  }
}
