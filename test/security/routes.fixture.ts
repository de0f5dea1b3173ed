import type { Hono } from 'hono'
import { EDITION, HIDDEN, OTHER, SHOWN, type PeopledSite } from './peopled-site.fixture.ts'

export type Route = { method: 'GET' | 'POST'; path: string }

/** Every address of the site that the router knows, as its pattern; what answers any method everywhere is left out. */
export function routesOf(app: Hono): Route[] {
  const known = new Map<string, Route>()
  for (const { method, path } of app.routes)
    if (method === 'GET' || method === 'POST') known.set(`${method} ${path}`, { method, path })
  return [...known.values()]
}

/** The pattern of a route with its parameters replaced. */
export function filled({ path }: Route, value: (name: string) => string): string {
  return path
    .replaceAll(/:(\w+)(?:\{[^}]*\})?/g, (_, name: string) => value(name))
    .replace(/\*$/, () => value('*'))
}

/** What may stand for a parameter of a route, beginning with what everybody may see. */
export function valuesFor(route: Route, name: string, site: PeopledSite): string[] {
  if (name === 'address')
    return [SHOWN, OTHER, HIDDEN, 'doi/10.5555/tides.1', ...PAPER_SUFFIXES.map((s) => SHOWN + s)]
  if (route.path.startsWith('/api/')) return apiValuesFor(route, name, site)
  if (name === 'category') return ['cs.CL', 'math.AG', 'cs.CL.atom', 'cs.CL.jsonl']
  if (name === 'key') return ['iris-sand', 'sand-i', 'nobody', 'iris-sand.csl.json']
  if (name === 'name' && route.path.startsWith('/desk/sources')) return [site.sourceName]
  if (route.path.startsWith('/:name{sitemap-')) return ['sitemap-papers-1.xml', 'sitemap-papers-2.xml']
  if (route.path.startsWith('/digests/')) return DIGESTS
  if (route.path.startsWith('/dumps/')) return ['latest', 'broadsheet-dump-2026-01-15.zip', '..', 'nobody']
  if (route.path.startsWith('/for-you/')) return name === 'id' ? ['1'] : [`${'x'.repeat(32)}.atom`, 'nobody']
  if (name === 'name') return PERIODS[route.path.split('/')[2] ?? ''] ?? []
  if (name === '*') return route.path.startsWith('/auth/') ? AUTH_PATHS : []
  if (name === 'import') return [String(site.libraryImportId)]
  if (name === 'code') return codesFor(route, site)
  if (name === 'sender') return ['mailgun', 'sendgrid', 'ses', 'postmark', 'nobody']
  if (route.path.startsWith('/settings/interests/')) return Object.values(site.interestIds).map(String)
  if (route.path.startsWith('/comments/')) return Object.values(site.comments).map(String)
  if (route.path.startsWith('/readers/')) return Object.values(site.readers)
  if (route.path.startsWith('/desk/')) return deskValuesFor(route, name, site)
  if (route.path.startsWith('/collections/'))
    return Object.values(site.collections).flatMap((id) => [id, ...COLLECTION_SUFFIXES.map((s) => id + s)])
  throw new Error(`what is ${name} in ${route.path}?`)
}

/** What programs may name: papers by what is in their addresses, comments and collections by their numbers. */
function apiValuesFor({ path }: Route, name: string, site: PeopledSite): string[] {
  if (path.startsWith('/api/collections/') && name === 'id') return Object.values(site.collections)
  if (path.startsWith('/api/me/subscriptions/')) return [String(site.mailed.lists.frontPage)]
  if (path.startsWith('/api/me/interests/')) return ['1']
  if (path.startsWith('/api/comments/') && name === 'id') return Object.values(site.comments).map(String)
  if (name === 'id' || name === 'paper') return [SHOWN, HIDDEN]
  return name === '*' ? ['nothing'] : ['1']
}

/** What was mailed, and what nobody was. */
function codesFor({ path }: Route, { mailed: { codes } }: PeopledSite): string[] {
  const made = path.startsWith('/mail/confirm/')
    ? codes.confirm
    : path.startsWith('/mail/r/')
      ? codes.noReplies
      : path.startsWith('/mail/issues/')
        ? codes.read
        : path.startsWith('/mail/settings/')
          ? codes.settings
          : codes.unsubscribe
  return [made, `${made}x`]
}

function deskValuesFor(route: Route, name: string, site: PeopledSite): string[] {
  const [, , resource] = route.path.split('/')
  const known: Record<string, (string | number)[]> = {
    editions: [EDITION],
    imports: [site.importId],
    papers: Object.values(site.papers),
    comments: Object.values(site.comments),
    collections: Object.values(site.collections),
    readers: Object.values(site.readers),
    submissions: Object.values(site.submissionIds),
    claims: Object.values(name === 'paper' ? site.papers : site.readers),
    suspicions: Object.values(site.suspicionIds),
    webhooks: [site.webhookId],
    digests: [site.mailed.runId],
    quarantine: Object.values(site.quarantinedIds),
  }
  return (known[resource ?? ''] ?? []).map(String)
}

/** The names of a route's parameters. */
export function parametersOf({ path }: Route): string[] {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '')
  return path.endsWith('*') ? [...names, '*'] : names
}

/** Every address of a kind that somebody could ask for, filled with what is there. */
export function addressesOf(app: Hono, method: Route['method'], site: PeopledSite): string[] {
  return routesOf(app)
    .filter((route) => route.method === method)
    .flatMap((route) => {
      let paths = [new Map<string, string>()]
      for (const name of parametersOf(route))
        paths = paths.flatMap((known) =>
          valuesFor(route, name, site).map((value) => new Map(known).set(name, value)),
        )
      return paths.map((values) => filled(route, (name) => values.get(name) ?? ''))
    })
}

const PAPER_SUFFIXES = ['.md', '.bib', '.ris', '.json']
const COLLECTION_SUFFIXES = ['.bib', '.ris', '.csl.json', '.jsonl', '.json', '.atom', '.rss', '.feed.json']
const PERIODS: Record<string, string[]> = {
  date: ['2026-01-15', '2026-01-15.atom', '2026-01-15.jsonl'],
  week: ['2026-W03', '2026-W03.rss', '2026-W03.bib'],
  month: ['2026-01', '2026-01.feed.json', '2026-01.ris'],
  ':name': [`${'0'.repeat(64)}.webp`],
}
const DIGESTS = [
  'front-page',
  `front-page/${EDITION}`,
  'front-page.atom',
  'front-page.rss',
  'front-page.feed.json',
]
const AUTH_PATHS = [
  'passkey/generate-register-options',
  'passkey/generate-authenticate-options',
  'passkey/verify-registration',
  'passkey/verify-authentication',
  'callback/github',
  'callback/oidc',
  'sign-in/email',
]
