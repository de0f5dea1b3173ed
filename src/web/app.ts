import { randomUUID } from 'node:crypto'
import { relative } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono, type MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import { sql } from 'kysely'
import {
  databaseAway,
  methodNotAllowed,
  notFound,
  searchIsAway,
  serverFault,
  tookTooLong,
} from './errors/show.tsx'
import { isConnectionLost, isStopped } from '../db/connect.ts'
import { SearchAway } from '../search/engine-client.ts'
import { ASSETS_FOLDER } from './assets.ts'
import { ClientGone } from './client-gone.ts'
import { createPageCache, type PageCache } from './page-cache.ts'
import { localPath } from './forms/local-path.ts'
import { ownHostOnly } from './forms/own-host.ts'
import { sameSiteOnly } from './forms/same-site.ts'
import { addRoutes } from './routes.ts'
import { securityHeaders } from './security.ts'
import type { Site } from './site.ts'
import { forViewer, viewerOf } from './viewer.ts'

/** Searches have no end, and each costs more than a page. */
const ROBOTS = `User-agent: *
Allow: /
Disallow: /papers?
Disallow: /papers.
Disallow: /papers/suggest
Disallow: /papers/explain
`
/** How long the database may take to answer a check of its health. */
const HEALTH_MS = 2_000

/** The whole site as one handler of requests, and the cache before it. `heard` tells whether all changes are noticed. */
export function createApp(
  site: Site,
  { heard = () => true }: { heard?: () => boolean } = {},
): { app: Hono; cache: PageCache } {
  const app = new Hono()
  const cache = createPageCache({
    isSignedIn: async (c) => (await viewerOf(site, c)) !== null,
    // Relative dates may stand still for so long; while changes can't be heard, pages are made anew every second.
    maxAgeMs: () => (heard() ? 30_000 : 1_000),
    now: site.now,
  })
  app.use(cache.middleware)
  app.use(securityHeaders({ https: site.origin.startsWith('https:') }))

  app.use(async (c, next) =>
    ['GET', 'HEAD', 'POST'].includes(c.req.method) ? next() : methodNotAllowed(site, c),
  )
  app.use(sameSiteOnly(site))
  app.use(ownHostOnly(site))
  app.use(withoutLastSlash)
  app.use('/assets/*', compress())
  app.use(
    '/assets/*',
    serveStatic({
      root: relative(process.cwd(), ASSETS_FOLDER),
      // Their names carry a hash of their content.
      onFound: (_path, c) => c.header('cache-control', 'public, max-age=31536000, immutable'),
    }),
  )
  app.get('/favicon.svg', serveStatic({ root: relative(process.cwd(), ASSETS_FOLDER) }))
  app.get('/robots.txt', (c) => c.text(ROBOTS))
  app.get('/healthz', async (c) => {
    try {
      await Promise.race([sql`select 1`.execute(site.db), tooLate(HEALTH_MS)])
      return c.json({ status: 'ok' }, 200, { 'cache-control': 'no-store' })
    } catch {
      return c.json({ status: 'the database does not answer' }, 503, { 'cache-control': 'no-store' })
    }
  })
  app.use(forViewer(site))
  addRoutes(app, site)

  app.notFound((c) => (c.req.method === 'POST' ? methodNotAllowed(site, c) : notFound(c.var.site, c)))
  app.onError((error, c) => {
    // Nobody reads this.
    if (error instanceof ClientGone) return c.text('', 503)
    if (isConnectionLost(error)) {
      site.log.warn({ path: c.req.path, error: error.message }, 'the database is away')
      return databaseAway(site, c)
    }
    if (isStopped(error)) {
      site.log.warn({ path: c.req.path, error: error.message }, 'a request took the database too long')
      return tookTooLong(site, c)
    }
    if (error instanceof SearchAway) return searchIsAway(site, c)
    const reference = randomUUID().slice(0, 8)
    site.log.error({ reference, path: c.req.path, error: error.stack ?? error.message }, 'a request failed')
    return serverFault(site, c, { reference })
  })
  return { app, cache }
}

/** Leads from an address with a slash too many to the one without, on whatever host and scheme it was asked for. */
const withoutLastSlash: MiddlewareHandler = async (c, next) => {
  await next()
  if (c.res.status !== 404 || c.req.method === 'POST' || c.req.path === '/' || !c.req.path.endsWith('/'))
    return
  const { pathname, search } = new URL(c.req.url)
  const path = pathname.slice(0, -1) + search
  if (localPath(path, '') === path) c.res = c.redirect(path, 301)
}

/** Fails after so long: a database that hangs is no better than one that is away. */
async function tooLate(ms: number): Promise<never> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
  throw new Error(`no answer in ${ms} ms`)
}
