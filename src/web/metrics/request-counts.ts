import type { IncomingMessage, ServerResponse } from 'node:http'
import { LIST_FILE_PATH } from '../exports/formats.ts'

/** What requests are counted by: few kinds, whatever addresses are asked for. */
const ROUTES = [
  'front_page',
  'edition',
  'list',
  'paper',
  'search',
  'feed',
  'export',
  'discussion',
  'collection',
  'account',
  'desk',
  'form',
  'asset',
  'machine',
  'other',
] as const
type Route = (typeof ROUTES)[number]

/** Upper bounds of the buckets of durations, in seconds; beyond the last there is one more. */
export const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

type RouteCounts = {
  /** By the class of the status: `2xx`. */
  statuses: Map<string, number>
  /** How many took so long, by bucket, each counted in one. */
  durations: number[]
  /** Of all, in seconds. */
  seconds: number
}

/** What this process has answered since it started. */
export type RequestCounts = {
  count(asked: {
    method: string | undefined
    url: string | undefined
    status: number
    ms: number
    atHand: boolean
  }): void
  routes(): ReadonlyMap<Route, Readonly<RouteCounts>>
  /** Pages that were at hand, and cost nothing. */
  atHand(): number
}

/** Counts in memory: a few additions a request. */
export function openRequestCounts(): RequestCounts {
  const routes = new Map<Route, RouteCounts>(
    ROUTES.map((route) => [
      route,
      {
        statuses: new Map(),
        durations: Array.from({ length: DURATION_BUCKETS.length + 1 }, () => 0),
        seconds: 0,
      },
    ]),
  )
  let atHand = 0
  return {
    count({ method, url, status, ms, atHand: wasAtHand }) {
      const counts = routes.get(routeOf(method, url))
      if (!counts) return
      const kind = `${Math.floor(status / 100)}xx`
      counts.statuses.set(kind, (counts.statuses.get(kind) ?? 0) + 1)
      const seconds = ms / 1_000
      const within = DURATION_BUCKETS.findIndex((bound) => seconds <= bound)
      const bucket = within < 0 ? DURATION_BUCKETS.length : within
      counts.durations[bucket] = (counts.durations[bucket] ?? 0) + 1
      counts.seconds += seconds
      if (wasAtHand) atHand += 1
    },
    routes: () => routes,
    atHand: () => atHand,
  }
}

/** Counts a request once it was answered, or given up by whoever asked. */
export function countWhenAnswered(
  counts: RequestCounts,
  { method, url }: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const begun = performance.now()
  outgoing.once('close', () =>
    counts.count({
      method,
      url,
      // What nobody waited for has no status; 499 is what nginx calls it.
      status: outgoing.headersSent ? outgoing.statusCode : 499,
      ms: performance.now() - begun,
      atHand: false,
    }),
  )
}

const FEED = /\.(?:atom|rss|feed\.json)$/
const BY_FIRST_PART: Readonly<Record<string, Route>> = {
  '': 'front_page',
  topics: 'list',
  authors: 'list',
  digests: 'list',
  'feeds.opml': 'feed',
  comments: 'discussion',
  collections: 'collection',
  'reading-list': 'collection',
  'for-you': 'list',
  'sign-in': 'account',
  'sign-out': 'account',
  auth: 'account',
  settings: 'account',
  readers: 'account',
  desk: 'desk',
  assets: 'asset',
  pictures: 'asset',
  'favicon.svg': 'asset',
  healthz: 'machine',
  metrics: 'machine',
  'robots.txt': 'machine',
}
const BY_SECOND_PART: Readonly<Record<string, Route>> = {
  new: 'list',
  trending: 'list',
  top: 'list',
  picks: 'list',
  date: 'edition',
  week: 'edition',
  month: 'edition',
  suggest: 'search',
  explain: 'search',
  submit: 'account',
}

/** The kind of route that an address is of, without looking whether there is anything. */
export function routeOf(method = 'GET', url = '/'): Route {
  if (method !== 'GET' && method !== 'HEAD') return 'form'
  const start = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('//') + 2)
  const [path = '/'] = (start < 0 ? '/' : url.slice(start)).split('?', 1)
  if (FEED.test(path)) return 'feed'
  if (LIST_FILE_PATH.test(path)) return 'export'
  const [, first = '', second] = path.split('/', 3)
  if (first === 'papers')
    return second === undefined || second === '' ? 'search' : (own(BY_SECOND_PART, second) ?? 'paper')
  return own(BY_FIRST_PART, first) ?? 'other'
}

/** `constructor` is no route. */
function own(routes: Readonly<Record<string, Route>>, part: string): Route | undefined {
  return Object.hasOwn(routes, part) ? routes[part] : undefined
}
