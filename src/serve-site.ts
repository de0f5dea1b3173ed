import type { AddressInfo } from 'node:net'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { openAccounts } from './accounts/open-accounts.ts'
import { ownHosts, urlOf } from './accounts/own-hosts.ts'
import { keptSecret } from './accounts/secret.ts'
import { startBackground } from './background.ts'
import { announceChanges, parseChange, type Change } from './ranking/announce-changes.ts'
import { createApp } from './web/app.ts'
import { configuredSite } from './web/configured-site.ts'
import type { Config } from './config.ts'
import { connect, type Connection } from './db/connect.ts'
import { RECORDING } from './db/channels.ts'
import { listen } from './db/listen.ts'
import { endsWithin } from './runtime/ends-within.ts'
import { openDatabase } from './db/open.ts'
import { noteServedAt } from './db/served-at.ts'
import type { Logger } from './runtime/log.ts'
import { stopsWithGrace } from './runtime/stop-server.ts'
import { openTroubles } from './runtime/troubles.ts'
import { startTaste } from './recommendation/start-taste.ts'
import { openDrawing } from './pictures/drawing/drawing.ts'
import { hadSources } from './sources/sources.ts'
import { redateEditions } from './ranking/editions.ts'
import { layOutSample } from './sources/lay-out-sample.ts'
import { startEngine } from './search/engine-client.ts'
import { openMeaning } from './search/meaning.ts'
import { feedsMadeHere } from './feeds/own-feed.ts'
import { readAssets } from './web/assets.ts'
import { closeAfterUnreadBody } from './web/forms/bounded-body.ts'
import { countWhenAnswered, type RequestCounts } from './web/metrics/request-counts.ts'
import type { PageCache } from './web/page-cache/page-cache.ts'

/** A statement for a reader's request is stopped after so long: whoever asked has left, and others wait for the database. */
const LONGEST_STATEMENT_MS = 10_000
/** Connections for the work in the background, which may take as long as it takes. */
const BACKGROUND_CONNECTIONS = 4

/** People who read do not take longer over sending a request. Node looks only every half a minute unless it is told. */
const TIMEOUTS = { headersTimeout: 20_000, requestTimeout: 60_000, connectionsCheckingInterval: 1_000 }

/** Requests that are being answered get so long to finish when the server stops. */
const GRACE_MS = 5_000
/** And what they were answered with so long to close; the process ends then. */
const CLOSE_MS = 2_000

export type Serving =
  /** `url` is the address for readers, `listensAt` the one the server listens at. */
  | {
      ok: true
      url: string
      listensAt: string
      /** Where whoever reads the console chooses the field of a site that has no sources yet. */
      welcome: string | null
      stop(): Promise<void>
    }
  | { ok: false; reason: string }

type Options = {
  config: Config
  /** Whether this process also does the work in the background (background.ts). */
  jobs: boolean
  log: Logger
  now: () => Date
}

/** The running system: database, sample edition on the first run, web server. Throws `DatabaseUnavailable`. */
export async function serveSite(options: Options): Promise<Serving> {
  const connection = await connect(options.config, { log: options.log, size: BACKGROUND_CONNECTIONS })
  try {
    return await serveFrom(connection, options)
  } catch (error) {
    // Else the database in the data folder would go on running.
    await connection.close()
    throw error
  }
}

async function serveFrom(connection: Connection, { config, jobs, log, now }: Options): Promise<Serving> {
  const timeZone = config.siteTimeZone
  const assets = await readAssets()
  const { db, address, psqlCommand } = connection
  if (psqlCommand) log.info({ psql: psqlCommand }, 'the database is open')
  const moved = await redateEditions(db, { timeZone })
  if (moved > 0) log.info({ papers: moved, timeZone }, 'editions were redated because the time zone changed')
  const sample = await layOutSample(db, { now, timeZone })
  if (sample.ok) log.info({ papers: sample.counts.new }, 'the sample edition was laid out')

  const forReaders = openDatabase(address, {
    longestMs: LONGEST_STATEMENT_MS,
    onError: (error) => log.warn({ error: error.message }, 'a database connection was lost'),
  })
  async function closeDatabase() {
    await forReaders.destroy()
    await connection.close()
  }
  const secret = config.secret ?? (await keptSecret(config.dataFolder))
  const accounts = openAccounts({
    db: forReaders,
    secret,
    publicUrl: config.publicUrl,
    hosts: ownHosts(config.host),
    providers: config.providers,
    curators: config.curators,
    siteName: config.siteName,
    log,
    now,
  })

  const troubles = openTroubles()
  const meaning = openMeaning(config, { log })
  // The hub looks at feeds once somebody has subscribed to them: by then there is a site to ask.
  const readFeed = feedsMadeHere((request) => app.fetch(request), { origin: () => site.origin })
  const background = jobs
    ? startBackground({ config, connection, secret, meaning, readFeed, troubles, log, now })
    : null
  const index = background?.index ?? startEngine({ address, folder: config.searchFolder, keep: false, log })
  const drawing = openDrawing({ log })
  const taste = background?.taste ?? startTaste({ address, log })
  const listener = listen(address, {
    on: {
      papers(notice) {
        if (notice === RECORDING) cache.outdate()
        else cache.drop('everything')
        index.wake()
        taste.wake()
      },
      vectors() {
        index.wake()
        taste.wake()
      },
      ranking: (notice) => cache.drop(parseChange(notice)),
    },
    log,
  })
  const onChange = (change: Change) => cache.drop(change)
  const changes = announceChanges(db, { onChange, log })
  async function closeRooms() {
    const closing = Promise.all([
      listener.close(),
      cache.close(),
      changes.close(),
      background?.close(),
      index.close(),
      meaning.close(),
      drawing.close(),
      taste.close(),
    ])
    if (!(await endsWithin(closing, CLOSE_MS))) log.warn('not everything has stopped in time')
  }
  const site = {
    db: forReaders,
    search: { db: forReaders, index, meaning, timeZone },
    accounts,
    ...configuredSite(config, { db, secret, now }),
    drawing,
    taste,
    changed: changes.changed,
    log,
    assets,
    origin: config.publicUrl ?? '',
    timeZone,
    now,
    viewer: null,
  }
  const { app, cache, requests } = createApp(site, {
    heard: listener.connected,
    metricsToken: config.metricsToken,
    machine: {
      troubles,
      folders: [config.dataFolder, config.searchFolder],
      askIndex: () => index.status(),
    },
  })
  const server = createSiteServer({ app, cache, requests })
  const stopServer = stopsWithGrace(server, { graceMs: GRACE_MS })
  const failure = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    server.once('error', resolve)
    server.listen(config.port, config.host, () => {
      server.off('error', resolve)
      server.on('error', (error) => log.error({ error: error.message }, 'the server'))
      resolve(null)
    })
  })
  if (failure) {
    await closeRooms()
    await closeDatabase()
    return { ok: false, reason: listenFailure(failure, config) }
  }
  const listensAt = urlOf(config.host, (server.address() as AddressInfo).port)
  const url = config.publicUrl ?? listensAt
  site.origin = url
  await noteServedAt(db, url)

  return {
    ok: true,
    url: `${url}/`,
    listensAt: `${listensAt}/`,
    welcome: (await hadSources(db)) ? null : `${url}/welcome?key=${site.welcomeKey}`,
    async stop() {
      await Promise.all([stopServer(), background?.stopWork()])
      await closeRooms()
      await closeDatabase()
    },
  }
}

/** The server in front of a site, not yet listening. */
export function createSiteServer({
  app,
  cache,
  requests,
}: {
  app: Hono
  cache: PageCache
  requests: RequestCounts
}): Server {
  const answer = getRequestListener(app.fetch)
  const take = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    closeAfterUnreadBody(incoming, outgoing)
    const { method, url } = incoming
    const begun = performance.now()
    // A page at hand goes out without the detour through Request and Response objects.
    const ready = cache.ready(method, url, incoming.headers)
    if (!ready) {
      countWhenAnswered(requests, incoming, outgoing)
      return void answer(incoming, outgoing)
    }
    outgoing.writeHead(ready.status, ready.headers)
    outgoing.end(method === 'HEAD' ? undefined : ready.body)
    requests.count({ method, url, status: ready.status, ms: performance.now() - begun, atHand: true })
  }
  // Else Node would answer by itself to whoever expects something unknown, and read on.
  return createServer(TIMEOUTS, take).on('checkExpectation', take)
}

function listenFailure(error: NodeJS.ErrnoException, { host, port }: Config): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use: stop what uses it, or set PORT to another.`
    case 'EACCES':
      return `Port ${port} may not be used by this user: set PORT to one above 1023.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST ${host} is not an address of this machine.`
    default:
      return `The server cannot listen on ${host}:${port}: ${error.message}.`
  }
}
