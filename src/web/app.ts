import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { HttpBindings } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import {
  databaseAway,
  nothingIsWritten,
  notFound,
  searchIsAway,
  tasteIsAway,
  serverFault,
  tookTooLong,
} from './errors/show.tsx'
import { isForPrograms } from '../api/addresses.ts'
import { addApi } from '../api/serve.ts'
import { isConnectionLost, isStopped } from '../db/connect.ts'
import { addMcp } from '../mcp/serve.ts'
import { describeFailure } from '../runtime/describe-failure.ts'
import { openTroubles } from '../runtime/troubles.ts'
import { TasteAway } from '../recommendation/taste.ts'
import { SearchAway } from '../search/engine-client.ts'
import { ASSETS_FOLDER } from './assets.ts'
import { ClientGone } from './client-gone.ts'
import { health, WRITES, type Machine } from './health.ts'
import { mayReadMetrics, type Asking } from './metrics/may-read.ts'
import { loggedPath } from './logged-path.ts'
import { openMetrics } from './metrics/measure.ts'
import { openRequestCounts, type RequestCounts } from './metrics/request-counts.ts'
import { knownMethods } from './methods.ts'
import { createPageCache, type PageCache } from './page-cache/page-cache.ts'
import { taking } from './parameters.ts'
import { boundedBodies } from './forms/bounded-body.ts'
import { localPath } from './forms/local-path.ts'
import { ownHostOnly } from './forms/own-host.ts'
import { sameSiteOnly } from './forms/same-site.ts'
import { addRoutes } from './routes.ts'
import { limitReads, openReadLimits, READ_ALLOWANCES, type ReadAllowances } from './read-limits.ts'
import { securityHeaders } from './security.ts'
import type { Site } from './site.ts'
import { rememberStrangers } from './strangers.ts'
import { forViewer, mayBeSignedIn, viewerOf } from './viewer.ts'

/** The whole site as one handler of requests, and the cache before it. `heard` tells whether all changes are noticed. */
export function createApp(
  site: Site,
  {
    heard = () => true,
    machine = { troubles: openTroubles(), folders: [] },
    allowances = READ_ALLOWANCES,
    metricsToken = null,
  }: {
    heard?: () => boolean
    machine?: Machine
    allowances?: ReadAllowances
    /** With it, other machines may read the metrics. */
    metricsToken?: string | null
  } = {},
): { app: Hono; cache: PageCache; requests: RequestCounts } {
  const app = new Hono()
  const requests = openRequestCounts()
  const { db, now } = site
  const metrics = openMetrics({ db, now, index: site.search.index, troubles: machine.troubles, requests })
  const strangers = rememberStrangers({ now: site.now })
  const cache = createPageCache({
    isSignedIn: async (c) => {
      // Programs have tokens, and what they ask with one is not kept.
      if (isForPrograms(c.req.path)) return false
      const cookies = c.req.header('cookie')
      if (strangers.knows(cookies)) {
        // What is made now is for everyone: it must not be looked up again.
        c.set('viewer', Promise.resolve(null))
        return false
      }
      const isSignedIn = (await viewerOf(site, c)) !== null
      if (!isSignedIn && mayBeSignedIn(cookies)) strangers.note(cookies)
      return isSignedIn
    },
    remake: async (request) => app.fetch(request),
    mayBe: (cookies) => mayBeSignedIn(cookies) && !strangers.knows(cookies),
    // Relative dates may stand still for so long; while changes can't be heard, pages are rebuilt every second.
    maxAgeMs: () => (heard() ? 30_000 : 1_000),
    now: site.now,
  })
  app.use(cache.middleware)
  app.use(securityHeaders({ https: site.origin.startsWith('https:') }))

  app.use(boundedBodies(site))
  app.use(knownMethods(app, site))
  app.use(sameSiteOnly(site))
  app.use(ownHostOnly(site))
  const limits = openReadLimits(site, { viewerOf: (c) => viewerOf(site, c), allowances })
  app.use(limitReads(site, limits))
  app.use(withoutLastSlash)
  const noParameters = taking(site, [])
  app.get(
    '/assets/*',
    noParameters,
    compress(),
    serveStatic({
      root: relative(process.cwd(), ASSETS_FOLDER),
      // Their names carry a hash of their content.
      onFound: (_path, c) => c.header('cache-control', 'public, max-age=31536000, immutable'),
    }),
  )
  app.get('/favicon.svg', noParameters, async (c, next) => {
    const icon = await readFile(join(ASSETS_FOLDER, 'favicon.svg')).catch(() => null)
    return icon === null ? next() : c.body(icon, 200, { 'content-type': 'image/svg+xml; charset=utf-8' })
  })
  app.get('/healthz', noParameters, async (c) => {
    const { isWell, ...answer } = await health(site, machine)
    return c.json(answer, isWell ? 200 : 503, { 'cache-control': 'no-store' })
  })
  app.get('/metrics', noParameters, async (c, next) => {
    if (!mayReadMetrics(askingOf(c), metricsToken)) {
      if (metricsToken === null) return next()
      const headers = { 'cache-control': 'no-store', 'www-authenticate': 'Bearer realm="metrics"' }
      return c.text('The metrics are for whoever has the token.\n', 401, headers)
    }
    const { text, contentType } = await metrics()
    return c.body(text, 200, { 'content-type': contentType, 'cache-control': 'no-store' })
  })
  app.use(forViewer(site))
  addApi(app, site)
  addMcp(app, { limits })
  addRoutes(app, site)

  app.notFound((c) => notFound(c.var.site, c))
  app.onError((error, c) => {
    // Nobody reads this.
    if (error instanceof ClientGone) return c.text('', 503)
    if (isConnectionLost(error)) {
      site.log.warn({ path: loggedPath(c.req.path), error: error.message }, 'the database is away')
      return databaseAway(site, c)
    }
    if (isStopped(error)) {
      site.log.warn(
        { path: loggedPath(c.req.path), error: error.message },
        'a request took the database too long',
      )
      return tookTooLong(site, c)
    }
    if (error instanceof SearchAway) return searchIsAway(site, c)
    if (error instanceof TasteAway) return tasteIsAway(c.var.site, c)
    const failure = describeFailure(error)
    if (failure?.kind === 'full' || failure?.kind === 'unwritable' || failure?.kind === 'exhausted') {
      site.log.warn({ path: loggedPath(c.req.path), error: error.message }, failure.reason)
      if (failure.kind === 'exhausted') return databaseAway(site, c)
      const { kind } = failure
      machine.troubles.note(WRITES, kind === 'full' ? 'the disk is full' : 'the database can only be read')
      return nothingIsWritten(site, c, { kind })
    }
    const reference = randomUUID().slice(0, 8)
    site.log.error(
      { reference, path: loggedPath(c.req.path), error: error.stack ?? error.message },
      'a request failed',
    )
    return serverFault(site, c, { reference })
  })
  return { app, cache, requests }
}

/** Who asks, as far as the connection tells. */
function askingOf(c: Context): Asking {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>
  const headers = Object.fromEntries(c.req.raw.headers)
  return {
    peer: incoming?.socket?.remoteAddress ?? '',
    httpVersion: incoming?.httpVersion ?? '1.1',
    headers,
  }
}

/** Leads from an address with a slash too many to the one without, on whatever host and scheme it was asked for. */
const withoutLastSlash: MiddlewareHandler = async (c, next) => {
  await next()
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD'
  if (c.res.status !== 404 || !isRead || c.req.path === '/' || !c.req.path.endsWith('/')) return
  const { pathname, search } = new URL(c.req.url)
  const path = pathname.slice(0, -1) + search
  if (localPath(path, '') === path) c.res = c.redirect(path, 301)
}
