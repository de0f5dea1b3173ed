import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { MiddlewareHandler } from 'hono'

const compressBrotli = promisify(brotliCompress)
const compressGzip = promisify(gzip)

type Encoding = 'br' | 'gzip' | 'identity'

/** An answer as it was made, and its compressed forms as they are asked for. */
type Page = {
  status: number
  headers: Headers
  bodies: Map<Encoding, Promise<Uint8Array<ArrayBuffer>>>
  plain: Uint8Array<ArrayBuffer>
  etag: string | null
  version: number
  madeAt: number
}

/**
 * Keeps the answers that are the same for every anonymous reader, so that a page is made once until the papers change
 * and costs little more to send than an empty one. `version` counts the changes; `maxAgeMs` bounds how long relative
 * dates stand still, and how long a missed change could show. Readers who arrive while a page is being made wait for
 * that one. It gives ETags, answers If-None-Match with 304, and compresses.
 */
export function pageCache({
  version,
  maxAgeMs,
  now,
  maxBytes = 32 * 1024 * 1024,
}: {
  version: () => number
  maxAgeMs: () => number
  now: () => Date
  maxBytes?: number
}): MiddlewareHandler {
  const pages = new Map<string, Promise<Page>>()
  const sizes = new Map<string, number>()
  let bytes = 0

  function forget(key: string) {
    pages.delete(key)
    bytes -= sizes.get(key) ?? 0
    sizes.delete(key)
  }
  function keep(key: string, page: Page) {
    if (!pages.has(key)) return
    // The compressed forms are a fraction of the plain one.
    const size = page.plain.length * 1.5 + 1_000
    sizes.set(key, size)
    bytes += size
    for (const oldest of pages.keys()) {
      if (bytes <= maxBytes) break
      if (sizes.has(oldest)) forget(oldest)
    }
  }

  return async (c, next) => {
    const request = c.req.raw
    if ((request.method !== 'GET' && request.method !== 'HEAD') || request.headers.has('cookie'))
      return next()
    const start = request.url.indexOf('/', request.url.indexOf('//') + 2)
    const key = start < 0 ? '/' : request.url.slice(start)
    if (key.startsWith('/assets/') || key === '/healthz') return next()

    const time = now().getTime()
    let made = pages.get(key)
    let page = made && (await made)
    if (page && (page.version !== version() || time - page.madeAt > maxAgeMs() || time < page.madeAt)) {
      if (pages.get(key) === made) forget(key)
      made = pages.get(key)
      page = made && (await made)
    }
    if (!page) {
      const startedAt = version()
      made = next().then(() => readPage(c.res, startedAt, now().getTime()))
      pages.set(key, made)
      try {
        page = await made
      } catch (error) {
        pages.delete(key)
        throw error
      }
      if (page.status === 200 && !page.headers.has('set-cookie')) keep(key, page)
      else pages.delete(key)
    }
    c.res = undefined
    c.res = await answer(page, request)
  }
}

async function readPage(response: Response, version: number, madeAt: number): Promise<Page> {
  const plain = new Uint8Array(await response.arrayBuffer())
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  // Weak: the same page compressed has the same tag.
  const etag =
    response.status === 200
      ? `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 27)}"`
      : null
  if (etag) {
    headers.set('etag', etag)
    headers.set('vary', 'accept-encoding')
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-cache')
  }
  return { status: response.status, headers, bodies: new Map(), plain, etag, version, madeAt }
}

async function answer(page: Page, request: Request): Promise<Response> {
  const { etag } = page
  if (etag && matches(request.headers.get('if-none-match'), etag)) {
    const headers = new Headers(page.headers)
    headers.delete('content-type')
    return new Response(null, { status: 304, headers })
  }
  const encoding =
    page.plain.length > 1_000 ? preferredEncoding(request.headers.get('accept-encoding')) : 'identity'
  const headers = new Headers(page.headers)
  if (encoding !== 'identity') headers.set('content-encoding', encoding)
  const body = await encoded(page, encoding)
  headers.set('content-length', String(body.length))
  return new Response(body, { status: page.status, headers })
}

function encoded(page: Page, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  let body = page.bodies.get(encoding)
  if (!body) {
    body =
      encoding === 'br'
        ? compressBrotli(page.plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })
        : encoding === 'gzip'
          ? compressGzip(page.plain)
          : Promise.resolve(page.plain)
    page.bodies.set(encoding, body)
  }
  return body
}

/** Whether a tag is among those of an If-None-Match header; weak comparison (RFC 9110, 13.1.2). */
function matches(header: string | null, etag: string): boolean {
  if (header === null) return false
  if (header.trim() === '*') return true
  const opaque = etag.replace(/^W\//, '')
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === opaque)
}

/** Brotli, gzip, or neither: what a reader accepts (RFC 9110, 12.5.3), in our order of preference. */
export function preferredEncoding(header: string | null): Encoding {
  if (!header) return 'identity'
  const accepted = new Map(
    header.split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
      const quality = parameters.find((text) => text.startsWith('q='))
      return [name, quality === undefined ? 1 : Number(quality.slice(2))]
    }),
  )
  const accepts = (name: string) => (accepted.get(name) ?? accepted.get('*') ?? 0) > 0
  return accepts('br') ? 'br' : accepts('gzip') ? 'gzip' : 'identity'
}
