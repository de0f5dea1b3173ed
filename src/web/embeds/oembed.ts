import { escapeXml } from '../../runtime/xml-text.ts'
import type { Context } from 'hono'
import { byline } from '../../papers/byline.ts'
import { findPaper } from '../../papers/find.ts'
import { addressPath, parseAddress, parseIdentifier } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/plain-text.ts'
import { CARD_HEIGHT, CARD_WIDTH } from '../../pictures/drawing/card.ts'
import { badParameter } from '../errors/show.tsx'
import { pageShows } from '../shows.ts'
import type { Site } from '../site.ts'
import { FRAME } from './card.tsx'
import { cardFrame } from './snippets.tsx'

/** The parameters of the specification (https://oembed.com, 2.2). */
const STANDARD = ['url', 'format', 'maxwidth', 'maxheight']
/** And what WordPress and others send to every provider: a card has neither languages nor scripts. */
export const OEMBED_PARAMETERS = [...STANDARD, 'dnt', 'lang', 'theme', 'omit_script']
const CACHE_SECONDS = 3_600

/** `/oembed?url=…`: how to show the address of a paper on another site (oEmbed 1.0, as JSON or XML). */
export function sendOembed(site: Site) {
  return async (c: Context) => {
    const url = c.req.query('url')
    if (url === undefined || url === '')
      return badParameter(site, c, {
        name: 'url',
        reason: '“url” is missing: give the address of a paper on this site.',
      })
    const format = c.req.query('format') ?? 'json'
    if (format !== 'json' && format !== 'xml')
      return c.text(`The format “${format.slice(0, 40)}” is not offered: use json or xml.\n`, 501)
    const width = readSize(c, 'maxwidth', FRAME.width)
    if (width === null)
      return badParameter(site, c, { name: 'maxwidth', reason: '“maxwidth” has to be a number of pixels.' })
    const height = readSize(c, 'maxheight', FRAME.height)
    if (height === null)
      return badParameter(site, c, { name: 'maxheight', reason: '“maxheight” has to be a number of pixels.' })
    const paper = await paperAt(site, url)
    if (paper === null) return c.text('This is not the address of a paper on this site.\n', 404)
    pageShows(c, [`paper ${paper.id}`])
    const isRoomFor = (name: string, size: number) => Number(c.req.query(name) ?? size) >= size
    const answer = {
      version: '1.0',
      type: 'rich',
      title: plainText(paper.title),
      ...(paper.authors.length > 0 ? { author_name: byline(paper) } : {}),
      provider_name: site.name,
      provider_url: `${site.origin}/`,
      cache_age: CACHE_SECONDS,
      // It has to fit as well, and there is only this one.
      ...(isRoomFor('maxwidth', CARD_WIDTH) && isRoomFor('maxheight', CARD_HEIGHT)
        ? {
            thumbnail_url: `${site.origin}${addressPath(paper.address)}/card.png`,
            thumbnail_width: CARD_WIDTH,
            thumbnail_height: CARD_HEIGHT,
          }
        : {}),
      width,
      height,
      html: cardFrame(site, { paper, width, height }),
    }
    c.header('cache-control', `public, max-age=${CACHE_SECONDS}`)
    return format === 'json'
      ? c.json(answer)
      : c.body(asXml(answer), 200, { 'content-type': 'text/xml; charset=utf-8' })
  }
}

/** The size to be used: ours, or less where no more is wanted. null for what is no number of pixels. */
function readSize(c: Context, name: 'maxwidth' | 'maxheight', own: number): number | null {
  const text = c.req.query(name)
  if (text === undefined) return own
  return /^[1-9]\d{0,5}$/.test(text) ? Math.min(own, Number(text)) : null
}

/** The paper whose page is at an address of this site, under whatever identifier and version; null for all others. */
async function paperAt(site: Site, url: string): Promise<Paper | null> {
  const { protocol, host, pathname } = URL.parse(url) ?? {}
  if (protocol !== 'https:' && protocol !== 'http:') return null
  if (host !== URL.parse(site.origin)?.host) return null
  const address = decoded(/^\/papers\/(.+?)\/?$/.exec(pathname ?? '')?.[1] ?? '')
  const parsed = address === null ? null : (parseAddress(address) ?? parseIdentifier(address))
  return parsed && findPaper(site.db, parsed.identifier, { seenBy: 'everyone' })
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}

function asXml(answer: Record<string, string | number>): string {
  const elements = Object.entries(answer).map(
    ([name, value]) => `  <${name}>${escapeXml(String(value))}</${name}>\n`,
  )
  return `<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>\n${elements.join('')}</oembed>\n`
}
