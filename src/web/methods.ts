import type { Context, Hono, MiddlewareHandler } from 'hono'
import { methodNotAllowed } from './errors/show.tsx'
import type { Site } from './site.ts'

/** Those that an address may have a route for. What answers GET answers HEAD. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * Answers 405 to methods that an address has no route for, and OPTIONS with those that it has, as the router's table says.
 * An address belongs to the patterns that name most of it: `/papers/2412.19723/vote` is no paper of that name, unless
 * there is one.
 */
export function knownMethods(app: Hono, site: Site): MiddlewareHandler {
  return async (c, next) => {
    const { path, method } = c.req
    const asked = method === 'HEAD' ? 'GET' : method
    if (asked !== 'OPTIONS' && !hasRoute(app, { path, method: asked })) {
      const allow = allowedAt(app, path)
      return allow.length === 0 ? next() : methodNotAllowed(siteOf(c, site), c, { allow })
    }
    await next()
    if (c.res.status !== 404 || (asked !== 'OPTIONS' && asked !== 'GET')) return undefined
    const allow = allowedAt(app, path)
    if (allow.length === 0 || allow.includes(asked)) return undefined
    const answer =
      asked === 'OPTIONS'
        ? new Response(null, { status: 204, headers: { allow: [...allow, 'OPTIONS'].join(', ') } })
        : await methodNotAllowed(siteOf(c, site), c, { allow })
    // Replaced whole: setting it over another one would keep that one's headers.
    c.res = undefined
    c.res = answer
    return undefined
  }
}

/** As it is for the reader, where that is known yet. */
function siteOf(c: Context, site: Site): Site {
  return (c.get('site') as Site | undefined) ?? site
}

/** The methods that an address answers; none where there is no address. */
function allowedAt(app: Hono, path: string): string[] {
  const found = METHODS.flatMap((method) =>
    patternsAt(app, { path, method }).map((pattern) => ({ method, pattern })),
  )
  const closest = Math.max(...found.map(({ pattern }) => namedBy(pattern)))
  const allowed = new Set(
    found.filter(({ pattern }) => namedBy(pattern) === closest).map(({ method }) => method),
  )
  return METHODS.filter((method) => allowed.has(method)).flatMap((method) =>
    method === 'GET' ? ['GET', 'HEAD'] : [method],
  )
}

function hasRoute(app: Hono, asked: { path: string; method: string }): boolean {
  return patternsAt(app, asked).length > 0
}

/** The patterns of the routes that answer; what stands before them is in the table for all methods, ending in a star. */
function patternsAt(app: Hono, { path, method }: { path: string; method: string }): string[] {
  const [handlers] = app.router.match(method, path)
  return handlers
    .map(([[, route]]) => route)
    .filter((route) => route.method !== 'ALL' || !route.path.endsWith('*'))
    .map((route) => route.path)
}

/** How much of an address a pattern names: its letters outside of parameters. */
function namedBy(pattern: string): number {
  return pattern.replaceAll(/:\w+(?:\{[^}]*\})?|\*/g, '').length
}
