import type { Context } from 'hono'
import { DrawingAway } from '../../pictures/drawing/drawing.ts'
import { paperCard, siteCard } from '../../pictures/drawing/cards.ts'
import type { Card } from '../../pictures/drawing/card.ts'
import { NOTICE_LABELS, warningsOf } from '../../papers/notices.ts'
import type { Paper } from '../../papers/paper.ts'
import { inEdition } from './rank-words.ts'
import { embedOf, refuseInWords } from './embedded-paper.ts'
import { pageShows } from '../shows.ts'
import type { Site } from '../site.ts'

/** Long enough that a page read by thousands asks once, short enough that votes show. */
const BADGE_SECONDS = 300
/** Facts change seldom; a paper that was hidden is gone within the hour. */
const CARD_SECONDS = 3_600

/** `/papers/2412.19723/badge.svg`: the votes of a paper for a README; with `?show=rank` its rank in its edition too. */
export const showBadge = embedOf({
  ending: '/badge.svg',
  async show(site, c, paper) {
    const show = c.req.query('show') ?? 'votes'
    if (show !== 'votes' && show !== 'rank')
      return refuseInWords(site, c, { status: 400, reason: 'The parameter “show” is votes or rank.' })
    const rank = show === 'rank' ? await inEdition(site, paper) : null
    if (rank !== null) pageShows(c, [`edition ${rank.edition}`])
    const message = [...graveWarning(paper), ...(rank ? [rank.words] : []), votesInWords(paper)].join(' · ')
    return drawn(c, async () => {
      const svg = await site.drawing.badge({ siteName: site.name, message })
      return c.body(svg, 200, {
        'content-type': 'image/svg+xml; charset=utf-8',
        'cache-control': `public, max-age=${BADGE_SECONDS}`,
      })
    })
  },
})

/** `/papers/2412.19723/card.png`: a paper as a picture, for what is said of links to it elsewhere (Open Graph). */
export const showCardPicture = embedOf({
  ending: '/card.png',
  show: (site, c, paper) => sendCard(site, c, paperCard(paper, site)),
})

/** `/card.png`: the same of the site, for its other pages. */
export function showSiteCard(site: Site) {
  return async (c: Context) => {
    c.set('isForOtherSites', true)
    pageShows(c, [])
    return sendCard(site, c, siteCard(site))
  }
}

function sendCard(site: Site, c: Context, card: Card): Promise<Response> {
  return drawn(c, async () => {
    const png = await site.drawing.card(card)
    return c.body(new Uint8Array(png), 200, {
      'content-type': 'image/png',
      'cache-control': `public, max-age=${CARD_SECONDS}`,
    })
  })
}

/** An answer with something that is drawn; 503 while nothing can be. */
async function drawn(c: Context, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer()
  } catch (error) {
    if (!(error instanceof DrawingAway)) throw error
    return c.text('Nothing can be drawn at the moment. Try again in a few seconds.\n', 503, {
      'retry-after': '10',
      'cache-control': 'no-store',
    })
  }
}

export function votesInWords({ votes }: Pick<Paper, 'votes'>): string {
  return votes === 1 ? '1 vote' : `${votes.toLocaleString('en-GB')} votes`
}

/** A badge recommends: what readers must know before that comes first. */
function graveWarning(paper: Paper): string[] {
  return warningsOf(paper)
    .filter((label) => label !== NOTICE_LABELS.correction)
    .slice(0, 1)
}
