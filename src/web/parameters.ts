import type { Context, MiddlewareHandler } from 'hono'
import { badParameter } from './errors/show.tsx'
import type { Site } from './site.ts'

/** The parameters of its query that an address takes: their names, or all of them where a query is what was pasted. */
export type Takes = readonly string[] | ((c: Context) => readonly string[] | 'any')

/**
 * What other sites, senders of mail and advertisers append to links to tell where a reader came from. It is ignored, so that
 * links work that were shared through them. No page that is kept for everyone may take one of these for itself: it is kept
 * under its address without.
 */
const APPENDED: ReadonlySet<string> = new Set(
  (
    'fbclid gclid dclid gbraid wbraid gad_source gad_campaignid msclkid ttclid twclid yclid li_fat_id igshid igsh ' +
    'srsltid _ga _gl _hsenc _hsmi mc_cid mc_eid mkt_tok ref ref_src ref_url referrer source src via'
  ).split(' '),
)
const CAMPAIGN = /^(?:utm|mtm|pk)_\w+$/

/** Whether a parameter says where a reader came from, and nothing about what to show. */
export function isAppended(name: string): boolean {
  return APPENDED.has(name) || CAMPAIGN.test(name)
}

/** Refuses requests whose query has what the address does not take; for addresses that are not pages. */
export function taking(site: Site, takes: Takes): MiddlewareHandler {
  return async (c, next) => refuseParameters(site, c, takes) ?? next()
}

/**
 * The answer to an address whose query has a parameter that it does not take, or one twice: who mistypes a parameter learns
 * of it, instead of reading something else than they asked for. Null where there is nothing to refuse.
 */
export function refuseParameters(site: Site, c: Context, takes: Takes): Response | Promise<Response> | null {
  const query = c.req.url.indexOf('?')
  if (query < 0) return null
  const taken = typeof takes === 'function' ? takes(c) : takes
  if (taken === 'any') return null
  const seen = new Set<string>()
  for (const name of new URLSearchParams(c.req.url.slice(query)).keys()) {
    const isTaken = taken.includes(name)
    if (!isTaken && !isAppended(name)) return badParameter(site, c, { name, reason: notTaken(name, taken) })
    if (isTaken && seen.has(name))
      return badParameter(site, c, {
        name,
        reason: `“${name}” is in this address more than once. Give it one value.`,
      })
    seen.add(name)
  }
  return null
}

function notTaken(name: string, taken: readonly string[]): string {
  const what = `This address does not take “${shorten(name)}”.`
  if (taken.length === 0) return what
  return `${what} It takes ${new Intl.ListFormat('en-GB').format(taken.map((one) => `“${one}”`))}.`
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
