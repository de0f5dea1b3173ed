import type { Context, Next } from 'hono'
import { findPaper } from '../../papers/find.ts'
import { addressPath, parseAddress } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { pageShows } from '../shows.ts'
import type { Site } from '../site.ts'

/** What is shown of a paper on other sites: a badge, a card. */
type Embed = {
  /** What follows the paper's own address: `/badge.svg`. */
  ending: string
  show: (site: Site, c: Context, paper: Paper) => Response | Promise<Response>
  refuse?: (site: Site, c: Context, refusal: Refusal) => Response | Promise<Response>
}
export type Refusal = { status: 400 | 404; reason: string }

/**
 * Answers with a part of a paper that stands on other sites. It is the same for everyone, so that nothing of those who are
 * signed in shows there: a hidden paper is not there for curators either.
 */
export function embedOf({ ending, show, refuse = refuseInWords }: Embed) {
  return (site: Site) => async (c: Context, next: Next) => {
    const address = c.req.param('address') ?? ''
    // A DOI may itself end like this.
    const whole = parseAddress(address + ending)
    if (whole && (await findPaper(site.db, whole.identifier, { seenBy: 'program' }))) return next()
    c.set('isForOtherSites', true)
    const parsed = parseAddress(address)
    const paper = parsed && (await findPaper(site.db, parsed.identifier, { seenBy: 'everyone' }))
    if (!paper) return refuse(site, c, { status: 404, reason: 'There is no such paper here.' })
    const own = addressPath(paper.address)
    if (addressPath(address) !== own) {
      const { search } = new URL(c.req.url)
      return c.redirect(own + ending + search, 301)
    }
    pageShows(c, [`paper ${paper.id}`])
    return show(site, c, paper)
  }
}

export function refuseInWords(_: Site, c: Context, { status, reason }: Refusal): Response {
  return c.text(`${reason}\n`, status)
}

declare module 'hono' {
  interface ContextVariableMap {
    /** Whether other sites may show what is sent. */
    isForOtherSites: boolean | undefined
    /** The content security policy of what other sites may show in a frame. */
    framePolicy: string | undefined
  }
}
