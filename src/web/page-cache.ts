import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { LRUCache } from 'lru-cache'
import type { Change, ChangingPart } from '../ranking/announce-changes.ts'
import { PARAMETERS } from './list/paging.ts'
import { mayBeSignedIn } from './viewer.ts'
import { viewIn } from './view/view.ts'

const compressBrotli = promisify(brotliCompress)
const compressGzip = promisify(gzip)

type Encoding = 'br' | 'gzip' | 'identity'

/** An answer that can be sent as it is. */
type Ready = { status: number; headers: Record<string, string>; body: Uint8Array<ArrayBuffer> | null }

/** An answer as it was made, and ready in each encoding that was asked for. */
type Page = {
  status: number
  headers: Record<string, string>
  plain: Uint8Array<ArrayBuffer>
  etag: string | null
  encoded: Map<Encoding, Ready>
  /** Of what readers change; null: anything. */
  shows: ReadonlySet<ChangingPart> | null
  madeAt: number
}

/** A page that is being made: begun after so many changes, and what has changed since. */
type Making = { page: Promise<Page>; begunAt: number; since: Change[] }

/** What of a request decides on the answer: `url` begins with the path, or with scheme and host. */
type Asked = {
  method: string | undefined
  url: string | undefined
  header: (name: AskedHeader) => string | undefined
}
type AskedHeader = 'accept-encoding' | 'cookie' | 'if-none-match'

export type PageCache = {
  /** Makes pages through the rest of the app, once for all who wait, and answers with them. */
  middleware: MiddlewareHandler
  /** The answer to a request when it is at hand: nothing needs to be made, looked up or compressed. */
  ready(method: string | undefined, url: string | undefined, headers: IncomingHttpHeaders): Ready | null
  /** Forgets the pages that show what has changed. */
  drop(change: Change): void
}

/**
 * Keeps the answers that are the same for every anonymous reader (with the same view of lists), so that a page is made once until something that it
 * shows changes, and costs little more to send than an empty one. `isSignedIn` looks up whether a request comes from a
 * reader with a session: they get pages of their own, which nobody else gets. `mayBe` says by their cookies who need not
 * be looked up. `maxAgeMs` bounds how long relative dates
 * stand still, and how long a missed change could show. Readers who arrive while a page is being made wait for that one.
 * It gives ETags, answers If-None-Match with 304, and compresses. At most about `maxBytes` are held. Searches are made
 * for each who asks, and what says `no-store` is not kept.
 */
export function createPageCache({
  isSignedIn,
  mayBe = mayBeSignedIn,
  maxAgeMs,
  now,
  maxBytes = 32 * 1024 * 1024,
}: {
  isSignedIn: (c: Context) => Promise<boolean>
  mayBe?: (cookies: string | undefined) => boolean
  maxAgeMs: () => number
  now: () => Date
  maxBytes?: number
}): PageCache {
  const pages = new LRUCache<string, Page>({ maxSize: maxBytes, sizeCalculation: weight })
  const making = new Map<string, Making>()
  let changes = 0

  function fresh(key: string): Page | null {
    const page = pages.get(key)
    if (!page) return null
    const age = now().getTime() - page.madeAt
    // Of a page that only grew old, one reader's request makes a new one, and the others need not wait for it.
    return (age >= 0 && age <= maxAgeMs()) || making.has(key) ? page : null
  }

  /** Has the page made, and keeps it unless something that it shows has changed meanwhile. */
  async function make(key: string, c: Context, next: Next): Promise<Page> {
    const made: Making = {
      page: next().then(() => readPage(c, now().getTime())),
      begunAt: changes,
      since: [],
    }
    making.set(key, made)
    try {
      const page = await made.page
      const isNewest = making.get(key) === made
      if (isNewest && mayBeKept(page) && !made.since.some((change) => touches(change, page)))
        pages.set(key, page)
      return page
    } finally {
      if (making.get(key) === made) making.delete(key)
    }
  }

  return {
    ready(method, url, headers) {
      const asked: Asked = { method, url, header: (name) => headers[name] }
      const key = mayBe(headers.cookie) ? null : keyOf(asked)
      const page = key === null ? null : fresh(key)
      return page && readyFor(page, asked)
    },
    drop(change) {
      changes++
      for (const [key] of [...pages.entries()].filter(([, page]) => touches(change, page))) pages.delete(key)
      for (const { since } of making.values()) since.push(change)
    },
    async middleware(c, next) {
      const { raw } = c.req
      const asked: Asked = {
        method: raw.method,
        url: raw.url,
        header: (name) => raw.headers.get(name) ?? undefined,
      }
      if (isFile(asked)) return next()
      // Where it cannot be known, the page says so.
      const own = isRead(asked) && (await isSignedIn(c).catch(() => true))
      if (own || isSearch(asked)) {
        await next()
        // What stands on it may be for one reader only.
        if (own && !c.res.headers.has('cache-control'))
          c.res.headers.set('cache-control', isOwn(asked) ? 'no-store' : 'private, no-cache')
        await send(c, await readPage(c, now().getTime()), { asked, quality: SENT_ONCE })
        return undefined
      }
      const key = keyOf(asked)
      if (key === null) {
        await next()
        if (isOwn(asked) && !c.res.headers.has('cache-control'))
          c.res.headers.set('cache-control', 'no-store')
        return undefined
      }
      const underway = making.get(key)
      // One begun before the last change could show a reader less than was there when they asked.
      const awaited = fresh(key) ?? (underway?.begunAt === changes ? await underway.page : null)
      // That somebody else asks too often is nobody else's answer.
      const page = awaited === null || awaited.status === 429 ? await make(key, c, next) : awaited
      await send(c, page, { asked, quality: SENT_OFTEN })
      return undefined
    },
  }
}

function touches(change: Change, { shows }: Page): boolean {
  return change === 'everything' || shows === null || change.some((subject) => shows.has(subject))
}

/** Brotli's qualities: what is sent to one reader only is not worth as much work as what is kept for many. */
const SENT_ONCE = 4
const SENT_OFTEN = 5

async function send(
  c: Context,
  page: Page,
  { asked, quality }: { asked: Asked; quality: number },
): Promise<void> {
  const { status, headers, body } =
    readyFor(page, asked) ?? (await encode(page, { encoding: encodingFor(page, asked), quality }))
  // Replaced whole: setting it over another one would keep that one's headers.
  c.res = undefined
  c.res = new Response(body, { status, headers })
}

function mayBeKept({ status, headers }: Page): boolean {
  return status === 200 && !('set-cookie' in headers) && headers['cache-control'] !== 'no-store'
}

/** What stands here may be a pasted URL, whose query may hold an identifier. */
const PASTED = /^\/papers\/(?!(?:new|trending|top|submit|picks|date|week|month)(?:[/.?]|$))/

/** What is for one reader, even where nobody is signed in: forms that carry what the address says. */
const OWN = /^\/(?:sign-in|auth|settings|reading-list|desk|papers\/submit)(?:[/?]|$)/i

/** What has so many different answers that none is worth keeping; the whole query counts. */
const SEARCH = /^\/papers(?:\.(?:atom|rss|feed\.json)|\/(?:suggest|explain))?\/?$/

function isSearch(asked: Asked): boolean {
  return isRead(asked) && SEARCH.test(routedPath(asked.url))
}

function isOwn(asked: Asked): boolean {
  return isRead(asked) && OWN.test(routedPath(asked.url))
}

/** The path of an address as the router reads it. */
function routedPath(url: string): string {
  const [path = ''] = pathOf(url).split('?', 1)
  return path.includes('%') ? decoded(path) : path
}

/** As routes are found: what is not UTF-8 stays as it is. */
function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

function isRead(asked: Asked): asked is Asked & { url: string } {
  return (asked.method === 'GET' || asked.method === 'HEAD') && asked.url !== undefined
}

/** The path of an address, with its query. */
function pathOf(url: string): string {
  const start = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('//') + 2)
  return start < 0 ? '/' : url.slice(start)
}

/** What is sent as it is on the disk, and what machines ask. */
function isFile(asked: Asked): boolean {
  const path = routedPath(asked.url ?? '/')
  return path.startsWith('/assets/') || path === '/healthz' || path === '/metrics'
}

/**
 * What names a page: path, the parameters that matter, and the view in which the device wants lists. null for what is not
 * kept: other methods, files, searches.
 */
function keyOf(asked: Asked): string | null {
  const address = addressOf(asked)
  return address !== null && viewIn(asked.header('cookie')) === 'headlines' ? `headlines ${address}` : address
}

function addressOf(asked: Asked): string | null {
  if (!isRead(asked) || isSearch(asked)) return null
  const path = pathOf(asked.url)
  if (isFile(asked)) return null
  if (isOwn(asked)) return null
  const query = path.indexOf('?')
  if (query < 0) return path
  if (PASTED.test(routedPath(asked.url))) return null
  const given = new URLSearchParams(path.slice(query))
  const known = PARAMETERS.map((name) => given.get(name))
  if (known.every((value) => value === null)) return path.slice(0, query)
  // Which of two values a page reads, and under which spelling of a name, is not for a cache to guess.
  const names = path
    .slice(query + 1)
    .split('&')
    .map((part) => part.split('=', 1)[0] ?? '')
  if (new Set(names).size < names.length || names.some((name) => /[%+]/.test(name))) return null
  return `${path.slice(0, query)} ${JSON.stringify(known)}`
}

async function readPage(c: Context, madeAt: number): Promise<Page> {
  const response = c.res
  const plain = new Uint8Array(await response.arrayBuffer())
  const headers = Object.fromEntries(response.headers)
  delete headers['content-length']
  // Weak: the same page compressed has the same tag.
  const etag =
    response.status === 200
      ? `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 27)}"`
      : null
  if (etag) {
    headers['etag'] = etag
    headers['vary'] = 'accept-encoding, cookie'
    headers['cache-control'] ??= 'no-cache'
  }
  return {
    status: response.status,
    headers,
    plain,
    etag,
    encoded: new Map(),
    shows: c.get('shows') ?? null,
    madeAt,
  }
}

/** Bytes that a page takes in memory: its compressed forms are a fraction of the plain one. */
function weight({ plain, shows }: Page): number {
  return Math.ceil(plain.length * 1.5) + 1_000 + (shows?.size ?? 0) * 60
}

function readyFor(page: Page, asked: Asked): Ready | null {
  if (page.etag && matches(asked.header('if-none-match'), page.etag)) {
    const { 'content-type': _, ...headers } = page.headers
    return { status: 304, headers, body: null }
  }
  return page.encoded.get(encodingFor(page, asked)) ?? null
}

function encodingFor(page: Page, asked: Asked): Encoding {
  return page.plain.length > 1_000 ? preferredEncoding(asked.header('accept-encoding')) : 'identity'
}

async function encode(
  page: Page,
  { encoding, quality }: { encoding: Encoding; quality: number },
): Promise<Ready> {
  const body = await compress(page.plain, { encoding, quality })
  const headers = { ...page.headers, 'content-length': String(body.length) }
  if (encoding !== 'identity') Object.assign(headers, { 'content-encoding': encoding })
  const ready = { status: page.status, headers, body }
  page.encoded.set(encoding, ready)
  return ready
}

async function compress(
  plain: Uint8Array<ArrayBuffer>,
  { encoding, quality }: { encoding: Encoding; quality: number },
): Promise<Uint8Array<ArrayBuffer>> {
  switch (encoding) {
    case 'br':
      return compressBrotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } })
    case 'gzip':
      return compressGzip(plain)
    case 'identity':
      return plain
  }
}

/** Whether a tag is among those of an If-None-Match header; weak comparison (RFC 9110, 13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  const opaque = etag.replace(/^W\//, '')
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === opaque)
}

/** Brotli, gzip, or neither: what a reader accepts (RFC 9110, 12.5.3), in our order of preference. */
function preferredEncoding(header: string | undefined): Encoding {
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
