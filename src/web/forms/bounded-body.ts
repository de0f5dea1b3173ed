import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context, MiddlewareHandler } from 'hono'
import { LARGEST_FILE } from '../../libraries/imports.ts'
import { refused } from '../errors/show.tsx'
import type { Site } from '../site.ts'
import { viewerOf } from '../viewer.ts'
import { isMultipart } from './read-form.ts'

/** Larger than the longest comment, encoded. */
const LARGEST_BYTES = 128 * 1024
/** The addresses that take files, from people who are signed in; what is around the file is small. */
const TAKES_FILES = /^(?:\/collections\/[a-z0-9]{12}\/import|\/for-you\/begin)\/file$/
const LARGEST_WITH_FILE_BYTES = LARGEST_FILE + 64 * 1024
/** Files on their way at once: they are held in memory. */
const MOST_FILES = 8
/** How long a body may take to arrive, in milliseconds. */
const PATIENCE_MS = 30_000

/**
 * Reads what is sent with a request before anything else looks at it, whatever its address: 128 KiB at most, or a file where
 * one is taken, within `patienceMs` milliseconds, and not compressed. What comes after it finds a body that is all there.
 */
export function boundedBodies(
  site: Site,
  { patienceMs = PATIENCE_MS }: { patienceMs?: number } = {},
): MiddlewareHandler {
  let files = 0
  return async (c, next) => {
    const { body } = c.req.raw
    const encoding = c.req.header('content-encoding')?.trim().toLowerCase() ?? 'identity'
    const takesFile =
      c.req.method === 'POST' &&
      TAKES_FILES.test(c.req.path) &&
      isMultipart(c.req.header('content-type')) &&
      (await viewerOf(site, c)) !== null
    const most = takesFile ? LARGEST_WITH_FILE_BYTES : LARGEST_BYTES
    if (declaredBytes(c) > most) return tooLarge(site, c, { takesFile })
    if (body === null) return next()
    if (encoding !== 'identity')
      return refused(site, c, {
        status: 415,
        title: 'We could not read that',
        reason: 'We do not accept compressed requests. Send it uncompressed.',
      })
    if (takesFile && files >= MOST_FILES) {
      c.header('retry-after', '10')
      return refused(site, c, {
        status: 503,
        title: 'Many files are on their way',
        reason: 'Other readers are sending files at the moment. Try again in a few seconds.',
      })
    }
    files += takesFile ? 1 : 0
    const read = await readBounded(body, { patienceMs, most }).finally(() => (files -= takesFile ? 1 : 0))
    if (read === 'large') return tooLarge(site, c, { takesFile })
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

function tooLarge(
  site: Site,
  c: Context,
  { takesFile }: { takesFile: boolean },
): Response | Promise<Response> {
  return refused(site, c, {
    status: 413,
    title: 'That is too large',
    reason: takesFile
      ? `A file can have up to ${LARGEST_FILE / 1024 / 1024} MB. Split it, or leave out the abstracts, and try again.`
      : 'A form can hold up to 128 KB. Shorten the text and try again.',
  })
}

async function readBounded(
  body: ReadableStream<Uint8Array>,
  { patienceMs, most }: { patienceMs: number; most: number },
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
      if (size > most) return 'large'
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
