import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { LRUCache } from 'lru-cache'
import type { Change } from '../../ranking/announce-changes.ts'
import { tellReadAllowance } from '../read-limits.ts'
import { VIEW_COOKIE, viewIn, type View } from '../view/view.ts'
import { mayBeSignedIn } from '../viewer.ts'
import {
  encode,
  encodingFor,
  readPage,
  readyFor,
  SENT_OFTEN,
  SENT_ONCE,
  weight,
  type Page,
  type Ready,
} from './kept-page.ts'
import { isFile, isListFile, isMarkdown, isOwn, isRead, isSearch, keyOf, type Asked } from './page-key.ts'

/** A page that is being made: begun after so many changes, what has changed since, and since when there are newer papers. */
type Making = { page: Promise<Page>; begunAt: number; since: Change[]; outdatedAt: number | null }

/** A page that is kept: how and when it was last asked for, and since when there are papers that it does not show. */
type Kept = Page & { url: string; view: View; accept: string; askedAt: number; outdatedAt: number | null }

/** Readers may be shown a page for so long after papers came in that it does not show. */
const OUTDATED_FOR_MS = 1_000
/** Pages that were asked for within so long are made anew for their next readers, so many at most; others are forgotten. */
const READ_LATELY_MS = 2_000
const MOST_REMADE = 8
/** Where papers come in faster than that, as in a backfill, pages are made anew once for all of them. */
const ROUNDS_APART_MS = 500

export type PageCache = {
  /** Makes pages through the rest of the app, once for all who wait, and answers with them. */
  middleware: MiddlewareHandler
  /** The answer to a request when it is at hand: nothing needs to be made, looked up or compressed. */
  ready(method: string | undefined, url: string | undefined, headers: IncomingHttpHeaders): Ready | null
  /** Forgets the pages that show what has changed. */
  drop(change: Change): void
  /**
   * Papers came in, and nothing went away: no reader has to wait for what they did not know of. Pages that are being read
   * are made anew in the background, and shown as they were for a second at most.
   */
  outdate(): void
  /** Ends what is made in the background. */
  close(): Promise<void>
}

/**
 * Keeps the answers that are the same for every anonymous reader (with the same view of lists), so that a page is made once until something that it
 * shows changes, and costs little more to send than an empty one. `isSignedIn` looks up whether a request comes from a
 * reader with a session: they get pages of their own, which nobody else gets. `mayBe` says by their cookies who need not
 * be looked up. `remake` sends a request through the app, by way of this cache. `maxAgeMs` bounds how long relative dates
 * stand still, and how long a missed change could show. Readers who arrive while a page is being made wait for that one.
 * It gives ETags, answers If-None-Match with 304, and compresses. At most about `maxBytes` are held. Searches and files of lists are
 * made for each who asks, what says `no-store` is not kept, and what is sent as it is made goes by.
 */
export function createPageCache({
  isSignedIn,
  mayBe = mayBeSignedIn,
  remake,
  maxAgeMs,
  now,
  maxBytes = 32 * 1024 * 1024,
}: {
  isSignedIn: (c: Context) => Promise<boolean>
  mayBe?: (cookies: string | undefined) => boolean
  remake: (request: Request) => Promise<unknown>
  maxAgeMs: () => number
  now: () => Date
  maxBytes?: number
}): PageCache {
  const pages = new LRUCache<string, Kept>({ maxSize: maxBytes, sizeCalculation: weight })
  const making = new Map<string, Making>()
  /** Requests of this cache's own, each with the page in whose place another is made. */
  const remakes = new WeakMap<Request, { key: string; inPlaceOf: Kept }>()
  let changes = 0
  let remaking: Promise<void> | null = null
  const closing = new AbortController()

  function fresh(key: string): Page | null {
    const page = pages.get(key)
    if (!page) return null
    const time = now().getTime()
    page.askedAt = time
    if (page.outdatedAt !== null && !isWithin(time - page.outdatedAt, OUTDATED_FOR_MS)) return null
    // Of a page that only grew old, one reader's request makes a new one, and the others need not wait for it.
    return isWithin(time - page.madeAt, maxAgeMs()) || making.has(key) ? page : null
  }

  /** Has the page made, and keeps it unless something that it shows has changed meanwhile. */
  async function make(
    key: string,
    c: Context,
    { next, inPlaceOf }: { next: Next; inPlaceOf?: Kept | undefined },
  ): Promise<Page> {
    const { url, headers } = c.req.raw
    const askedAt = now().getTime()
    const made: Making = {
      page: next().then(() => readPage(c, now().getTime())),
      begunAt: changes,
      since: [],
      outdatedAt: null,
    }
    making.set(key, made)
    try {
      const page = await made.page
      // Compressed as it was read, so that the first reader of the new one need not wait for that either.
      for (const encoding of inPlaceOf?.encoded.keys() ?? [])
        await encode(page, { encoding, quality: SENT_OFTEN })
      const isNewest = making.get(key) === made
      if (isNewest && mayBeKept(page) && !made.since.some((change) => touches(change, page)))
        pages.set(key, {
          ...page,
          url,
          view: viewIn(headers.get('cookie') ?? undefined),
          accept: isMarkdown(askedOf(c.req.raw)) ? 'text/markdown' : 'text/html',
          askedAt: inPlaceOf?.askedAt ?? askedAt,
          outdatedAt: made.outdatedAt,
        })
      return page
    } finally {
      if (making.get(key) === made) making.delete(key)
    }
  }

  /** The pages that are outdated and were read lately; what others read long ago is forgotten. */
  function outdatedPages(): [key: string, page: Kept][] {
    const time = now().getTime()
    return [...pages.entries()].filter(([key, page]) => {
      if (page.outdatedAt === null) return false
      const wasReadLately = isWithin(time - page.askedAt, READ_LATELY_MS)
      if (!wasReadLately) pages.delete(key)
      return wasReadLately
    })
  }

  /** One after another: the readers of other pages need the processor too. */
  async function remakeOutdated(): Promise<void> {
    for (let round = outdatedPages(); round.length > 0; round = outdatedPages()) {
      for (const [key, page] of round) {
        if (closing.signal.aborted) return
        if (pages.peek(key) !== page) continue
        const request = new Request(page.url, {
          headers: { cookie: `${VIEW_COOKIE}=${page.view}`, accept: page.accept },
        })
        remakes.set(request, { key, inPlaceOf: page })
        await remake(request).catch(() => undefined)
        // It could not be made, so that its next reader is told why.
        if (pages.peek(key) === page) pages.delete(key)
      }
      await setTimeout(ROUNDS_APART_MS, undefined, { signal: closing.signal }).catch(() => undefined)
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
    outdate() {
      const time = now().getTime()
      // Those read last come first.
      const kept = [...pages.entries()]
      const read = kept
        .filter(([, page]) => isWithin(time - page.askedAt, READ_LATELY_MS))
        .slice(0, MOST_REMADE)
      for (const [, page] of read) page.outdatedAt ??= time
      for (const [key, page] of kept) if (page.outdatedAt === null) pages.delete(key)
      for (const made of making.values()) made.outdatedAt ??= time
      remaking ??= remakeOutdated().finally(() => (remaking = null))
    },
    async close() {
      closing.abort()
      await remaking
    },
    async middleware(c, next) {
      const { raw } = c.req
      const asked = askedOf(raw)
      if (isFile(asked)) return next()
      const remade = remakes.get(raw)
      if (remade) {
        await make(remade.key, c, { next, inPlaceOf: remade.inPlaceOf })
        return undefined
      }
      // Where it cannot be known, the page says so.
      const own = isRead(asked) && (await isSignedIn(c).catch(() => true))
      if (own || isSearch(asked) || isListFile(asked)) {
        await next()
        // What stands on it may be for one reader only.
        if (own && !c.res.headers.has('cache-control'))
          c.res.headers.set('cache-control', isOwn(asked) ? 'no-store' : 'private, no-cache')
        // It has no end to wait for, and is too long to hold.
        if (c.get('isStreamed') === true) {
          if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-cache')
          return undefined
        }
        await send(c, await readPage(c, now().getTime()), { asked, quality: SENT_ONCE })
        return undefined
      }
      const key = keyOf(asked)
      if (key === null) {
        await next()
        if (isOwn(asked) && !c.res.headers.has('cache-control'))
          c.res.headers.set('cache-control', 'no-store')
        if (isRead(asked) && mayHaveTag(c.res))
          await send(c, await readPage(c, now().getTime()), { asked, quality: SENT_ONCE })
        return undefined
      }
      const underway = making.get(key)
      // One begun before the last change could show a reader less than was there when they asked.
      const awaited = fresh(key) ?? (underway?.begunAt === changes ? await underway.page : null)
      // That somebody else asks too often is nobody else's answer.
      const page = awaited === null || awaited.status === 429 ? await make(key, c, { next }) : awaited
      await send(c, page, { asked, quality: SENT_OFTEN })
      return undefined
    },
  }
}

function askedOf({ method, url, headers }: Request): Asked {
  return { method, url, header: (name) => headers.get(name) ?? undefined }
}

/** Clocks may be set back. */
function isWithin(ageMs: number, mostMs: number): boolean {
  return ageMs >= 0 && ageMs <= mostMs
}

function touches(change: Change, { shows }: Page): boolean {
  return change === 'everything' || shows === null || change.some((subject) => shows.has(subject))
}

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
  tellReadAllowance(c)
}

/** Whether an answer is worth a tag: not what nobody may keep, nor what is sent as it comes or has a tag of its own. */
function mayHaveTag({ status, headers }: Response): boolean {
  return (
    status === 200 &&
    headers.get('cache-control') !== 'no-store' &&
    !headers.has('etag') &&
    !headers.get('content-type')?.startsWith('text/event-stream')
  )
}

function mayBeKept({ status, headers }: Page): boolean {
  return status === 200 && !('set-cookie' in headers) && headers['cache-control'] !== 'no-store'
}
