import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context, MiddlewareHandler } from 'hono'
import { refused } from '../errors/show.tsx'
import type { Site } from '../site.ts'

/** Larger than the longest comment, encoded. */
const LARGEST_BYTES = 128 * 1024
/** How long a body may take to arrive, in milliseconds. */
const PATIENCE_MS = 30_000

/**
 * Reads what is sent with a request before anything else looks at it, whatever its address: 128 KiB at most, within
 * `patienceMs` milliseconds, and not compressed. What comes after it finds a body that is all there.
 */
export function boundedBodies(
  site: Site,
  { patienceMs = PATIENCE_MS }: { patienceMs?: number } = {},
): MiddlewareHandler {
  return async (c, next) => {
    const { body } = c.req.raw
    const encoding = c.req.header('content-encoding')?.trim().toLowerCase() ?? 'identity'
    if (declaredBytes(c) > LARGEST_BYTES) return tooLarge(site, c)
    if (body === null) return next()
    if (encoding !== 'identity')
      return refused(site, c, {
        status: 415,
        title: 'We could not read that',
        reason: 'We do not accept compressed requests. Send it uncompressed.',
      })
    const read = await readBounded(body, { patienceMs })
    if (read === 'large') return tooLarge(site, c)
    if (read === 'slow')
      return refused(site, c, {
        status: 408,
        title: 'That took too long',
        reason: 'What you sent took too long to arrive, so nothing was changed. Try again.',
      })
    c.req.raw = new Request(c.req.raw, { method: c.req.method, body: read })
    return next()
  }
}

function declaredBytes(c: Context): number {
  return Number(c.req.header('content-length') ?? 0)
}

function tooLarge(site: Site, c: Context): Response | Promise<Response> {
  return refused(site, c, {
    status: 413,
    title: 'That is too large',
    reason: 'A form can hold up to 128 KB. Shorten the text and try again.',
  })
}

async function readBounded(
  body: ReadableStream<Uint8Array>,
  { patienceMs }: { patienceMs: number },
): Promise<Uint8Array<ArrayBuffer> | 'large' | 'slow'> {
  const reader = body.getReader()
  const late = Promise.withResolvers<'slow'>()
  const timer = setTimeout(() => late.resolve('slow'), patienceMs)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const next = await Promise.race([reader.read(), late.promise])
      if (next === 'slow') return 'slow'
      if (next.done) return Buffer.concat(chunks)
      size += next.value.length
      if (size > LARGEST_BYTES) return 'large'
      chunks.push(next.value)
    }
  } finally {
    clearTimeout(timer)
    // Nothing more of it is wanted, if there is more.
    reader.cancel().catch(() => {})
  }
}

/** Whoever is still sending when they are answered has so long to read the answer, and may send so much meanwhile. */
const LINGER_MS = 500
const LARGEST_REST_BYTES = 8 * 1024 * 1024
const LOOK_MS = 20

/**
 * Hangs up on whoever goes on sending after they were answered, whatever they sent: not everything comes as far as
 * `boundedBodies`. A body has no meaning in a GET or HEAD request (RFC 9110, 9.3.1), and no part of the site reads it: the
 * connection ends with the answer, however much is still to come.
 */
export function closeAfterUnreadBody(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers, socket } = incoming
  const declared = Number(headers['content-length'] ?? 0)
  const isStray = method === 'GET' || method === 'HEAD'
  if (isStray && (headers['transfer-encoding'] !== undefined || declared > 0))
    outgoing.setHeader('connection', 'close')
  outgoing.once('finish', () => {
    if (incoming.complete) return
    const answeredAt = performance.now()
    const readBefore = socket.bytesRead
    const timer = setInterval(() => {
      const isLate = performance.now() - answeredAt > LINGER_MS
      if (isLate || socket.bytesRead - readBefore > LARGEST_REST_BYTES) socket.destroy()
      if (incoming.complete || socket.destroyed) clearInterval(timer)
    }, LOOK_MS)
  })
}
