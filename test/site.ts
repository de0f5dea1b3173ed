import type { Hono } from 'hono'
import type { Kysely } from 'kysely'
import { openAccounts } from '../src/accounts/open-accounts.ts'
import { createApp } from '../src/web/app.ts'
import type { Database } from '../src/db/schema.ts'
import { NO_HOOKS } from '../src/mail/bounces/hooks/settings.ts'
import { openTaste } from '../src/recommendation/open-taste.ts'
import { openDrawing } from '../src/pictures/drawing/drawing.ts'
import { createLog, type Logger } from '../src/runtime/log.ts'
import type { HarvestedPaper } from '../src/papers/harvested-paper.ts'
import { recordHarvest } from '../src/sources/record-harvest.ts'
import type { RequestCounts } from '../src/web/metrics/request-counts.ts'
import type { ServiceUrls } from '../src/sources/source-kind.ts'
import { openOutgoingClient } from '../src/outgoing/client.ts'
import type { PageCache } from '../src/web/page-cache/page-cache.ts'
import { READ_ALLOWANCES, type ReadAllowances } from '../src/web/read-limits.ts'
import type { Site } from '../src/web/site.ts'
import { searchRoom } from './search.ts'

export const NOON = new Date('2026-01-15T12:00:00Z')
export const TIME_ZONE = 'America/New_York'

/** All services that sources ask, at one address. */
export function servicesAt(url: string): ServiceUrls {
  return {
    arxivRss: url,
    arxivOai: `${url}/oai`,
    arxivApi: url,
    arxivPages: url,
    biorxiv: url,
    europePmc: url,
    huggingFace: url,
    openalex: url,
    crossref: url,
    semanticScholar: url,
    github: url,
    zotero: url,
  }
}

/** A site as a reader meets it, its clock standing still at `now`. */
export type TestSite = {
  app: Hono
  site: Site
  cache: PageCache
  requests: RequestCounts
  /** Takes papers in, as an import does, and lets the pages know. */
  record: (papers: HarvestedPaper[]) => Promise<void>
}

export function openSite(
  db: Kysely<Database>,
  {
    now = NOON,
    log = createLog('silent'),
    metricsToken = null,
    allowances = READ_ALLOWANCES,
    ...facts
  }: {
    now?: Date
    log?: Logger
    metricsToken?: string | null
    allowances?: ReadAllowances
  } & Partial<Omit<Site, 'now' | 'log'>> = {},
): TestSite {
  const site: Site = {
    db,
    search: searchRoom(db),
    log,
    assets: {
      style: '/assets/s.css',
      script: '/assets/s.js',
      theme: '/assets/t.js',
      fonts: ['/assets/f.woff2'],
    },
    name: 'Tide Lines',
    adminEmail: 'desk@tides.example',
    origin: 'https://tides.example',
    timeZone: TIME_ZONE,
    now: () => now,
    accounts: openAccounts({
      db,
      secret: 'a secret that is only for tests, long enough',
      publicUrl: 'https://tides.example',
      hosts: [],
      providers: [],
      curators: ['curator@tides.example'],
      siteName: 'Tide Lines',
      log,
      now: () => now,
    }),
    sources: { arxivUrl: 'http://127.0.0.1:9', doiUrl: 'http://127.0.0.1:9', userAgent: 'a test' },
    harvesting: {
      client: openOutgoingClient({ db, userAgent: 'a test', now: () => now }),
      urls: servicesAt('http://127.0.0.1:9'),
      keys: { openalex: null, semanticScholar: null, github: null },
      contact: null,
    },
    welcomeKey: 'the key on the console',
    bounceHooks: { senders: NO_HOOKS, secret: 'a secret that is only for tests, long enough' },
    drawing: openDrawing({ log }),
    taste: openTaste(db),
    pictures: true,
    outboxFolder: '/nowhere/outbox',
    dumpsFolder: '/nowhere/dumps',
    changed: (change) => cache.drop(change),
    viewer: null,
    ...facts,
  }
  const { app, cache, requests } = createApp(site, { metricsToken, allowances })
  return {
    site,
    app,
    cache,
    requests,
    async record(papers) {
      await recordHarvest(db, papers, { now, timeZone: site.timeZone })
      cache.drop('everything')
    },
  }
}

/** What a person reads on a page: its text without markup, white space collapsed. */
export function wordsOf(html: string): string {
  const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(html)?.[1] ?? html
  return main
    .replaceAll(/<annotation[\s\S]*?<\/annotation>/g, '')
    .replaceAll(/<vote-form[\s\S]*?<\/vote-form>/g, '')
    .replaceAll(/<\/?(?:a|abbr|code|em|i|kbd|m[a-z]+|span|strong|sub|sup|time)\b[^>]*>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
