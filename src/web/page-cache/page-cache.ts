import type { IncomingHttpHeaders } from 'node:http'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { LRUCache } from 'lru-cache'
import type { Change } from '../../ranking/announce-changes.ts'
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
import { isFile, isOwn, isRead, isSearch, keyOf, type Asked } from './page-key.ts'

/** A page that is being made: begun after so many changes, and what has changed since. */
type Making = { page: Promise<Page>; begunAt: number; since: Change[] }

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
