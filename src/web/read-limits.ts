import type { Context, MiddlewareHandler } from 'hono'
import { LRUCache } from 'lru-cache'
import { isForPrograms } from '../api/addresses.ts'
import { LIST_FILE_PATH } from './exports/formats.ts'
import { tooOften } from './forms/reader-action.ts'
import { clientAddress } from './sign-in/client-address.ts'
import type { Site, Viewer } from './site.ts'

/** A bucket holds so many requests, and so many come back each second. */
type Allowance = { most: number; aSecond: number }

/** What may be read that is not at hand. Pages at hand cost nothing and are not counted. */
export const READ_ALLOWANCES: ReadAllowances = {
  /** From a network, which an institute shares: searches, their feeds and suggestions, files of lists, and examples
   * of mail. Each is worked out anew. */
  search: { most: 450, aSecond: 5 },
  /** From a network by people who are not signed in, or by one reader from wherever: other pages that have to be made. */
  page: { most: 2_000, aSecond: 20 },
  /** From a network by programs that take all there is: files of hundreds or thousands of records. */
  harvest: { most: 500, aSecond: 5 },
}
export type ReadAllowances = Record<'search' | 'page' | 'harvest', Allowance>

/** Networks and readers that are remembered; those that were longest quiet are forgotten, with full buckets. */
const MOST_REMEMBERED = 20_000

const SEARCH =
  /^(?:\/papers(?:\.(?:atom|rss|feed\.json)|\/(?:suggest|explain))?|\/api\/(?:v1\/)?papers\/(?:search|explain)|\/subscribe\/preview(?:\/email)?)\/?$/
/** Files of hundreds or thousands of records, for programs. */
const HARVEST = /^\/(?:oai|sitemap.*\.xml)\/?$/
const FREE = /^\/(?:assets\/|dumps\/|healthz$|metrics$|robots\.txt$|favicon\.svg$|opensearch\.xml$)/

/** How much of what is costly each network and reader has left. */
export type ReadLimits = {
  /** Counts something that is read by whoever asks; answers 0, or after how many milliseconds they may ask again. */
  take(c: Context, kind: keyof ReadAllowances): Promise<number>
}

/** Which allowance what is read at a path is counted in. */
export function readKind(path: string): keyof ReadAllowances {
  if (HARVEST.test(path)) return 'harvest'
  return SEARCH.test(path) || LIST_FILE_PATH.test(path) ? 'search' : 'page'
}

/** Counts by network address, or by reader, in memory: a request for reading writes nothing. */
export function openReadLimits(
  site: Site,
  {
    viewerOf,
    allowances = READ_ALLOWANCES,
  }: { viewerOf: (c: Context) => Promise<Viewer | null>; allowances?: ReadAllowances },
): ReadLimits {
  const buckets = {
    search: openBuckets(allowances.search),
    page: openBuckets(allowances.page),
    harvest: openBuckets(allowances.harvest),
  }
  return {
    async take(c, kind) {
      // Where it cannot be known, the database is away, and the page says so.
      const viewer = kind === 'page' ? await viewerOf(c).catch(() => 'unknown' as const) : null
      if (viewer === 'unknown') return 0
      const whose = viewer === null ? clientAddress(site, c) : `reader ${viewer.reader.id}`
      const now = site.now().getTime()
      const waitMs = buckets[kind].take(whose, now)
      if (isForPrograms(c.req.path) && kind !== 'harvest')
        c.set('readAllowance', saidToPrograms(kind, allowances[kind], buckets[kind].left(whose, now)))
      return waitMs
    },
  }
}

/** Limits how much of what is costly to read is made. It stands behind the cache of pages. */
export function limitReads(site: Site, limits: ReadLimits): MiddlewareHandler {
  return async (c, next) => {
    const kind = readKind(c.req.path)
    const isRead = c.req.method === 'GET' || c.req.method === 'HEAD' || c.req.path === '/oai'
    if (!isRead || FREE.test(c.req.path)) return next()
    const waitMs = await limits.take(c, kind)
    if (waitMs === 0) {
      await next()
      tellReadAllowance(c)
      return undefined
    }
    for (const [name, value] of Object.entries(c.get('readAllowance') ?? {})) c.header(name, value)
    c.header('cache-control', 'no-store')
    const retryAfterSeconds = Math.ceil(waitMs / 1_000)
    // Harvesters wait and ask again after this status only (OAI-PMH 2.0, 3.1.2.2).
    if (kind === 'harvest')
      return c.text('Too many requests. Ask again later.\n', 503, {
        'retry-after': String(retryAfterSeconds),
      })
    return tooOften(site, c, { retryAfterSeconds })
  }
}

declare module 'hono' {
  interface ContextVariableMap {
    /** What programs are told of what they may still read: headers of their own answer alone, never of one that is kept. */
    readAllowance: Readonly<Record<string, string>> | undefined
  }
}

/** As draft-ietf-httpapi-ratelimit-headers has it: how much a bucket holds, how much is left, and when it is full again. */
function saidToPrograms(name: string, { most, aSecond }: Allowance, left: number): Record<string, string> {
  return {
    'ratelimit-policy': `"${name}";q=${most};w=${Math.ceil(most / aSecond)}`,
    ratelimit: `"${name}";r=${Math.floor(left)};t=${Math.ceil((most - left) / aSecond)}`,
  }
}

/** Tells whoever asked what they may still read, where that was counted and nothing else is told. */
export function tellReadAllowance(c: Context): void {
  const said = c.get('readAllowance')
  if (said === undefined || c.res.headers.has('ratelimit')) return
  for (const [name, value] of Object.entries(said)) c.res.headers.set(name, value)
}

/** Token buckets by key: `left` is how many are in one; `take` answers 0, or after how many milliseconds there is one again. */
export function openBuckets({ most, aSecond }: Allowance): {
  take(key: string, now: number): number
  left(key: string, now: number): number
} {
  const buckets = new LRUCache<string, { left: number; at: number }>({ max: MOST_REMEMBERED })
  function leftIn(key: string, now: number): number {
    const bucket = buckets.get(key) ?? { left: most, at: now }
    // A clock that was set back fills nothing.
    return Math.min(most, bucket.left + (Math.max(0, now - bucket.at) / 1_000) * aSecond)
  }
  return {
    left: leftIn,
    take(key, now) {
      const left = leftIn(key, now)
      const isLeft = left >= 1
      buckets.set(key, { left: isLeft ? left - 1 : left, at: now })
      return isLeft ? 0 : ((1 - left) / aSecond) * 1_000
    },
  }
}
