import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { html, raw } from 'hono/html'
import { byline } from '../../papers/byline.ts'
import { categoryName } from '../../papers/categories.ts'
import { publishedText } from '../../papers/dates-in-words.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { warningsOf } from '../../papers/notices.ts'
import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/plain-text.ts'
import { typeset } from '../../papers/typeset.ts'
import type { Site } from '../site.ts'
import { cardStyle } from './card-style.ts'
import { votesInWords } from './drawn.ts'
import { embedOf } from './embedded-paper.ts'

/** As with badges: votes show soon enough. */
const CARD_SECONDS = 300

/** The size of a card's frame in pixels, unless less is wanted: it holds a title of three lines. */
export const FRAME = { width: 560, height: 240 } as const

/** `/papers/2412.19723/card`: a paper in a frame on another site. It runs nothing, and knows nothing of who looks. */
export const showCard = embedOf({
  ending: '/card',
  show: (site, c, paper) =>
    sendFramed(site, c, { title: plainText(paper.title), children: <PaperCard site={site} paper={paper} /> }),
  refuse: (site, c, { status, reason }) =>
    sendFramed(site, c, {
      status,
      title: reason,
      children: (
        <main>
          <Head site={site} aside="" />
          <h1>{reason}</h1>
          <p class="foot">A curator may have hidden it.</p>
        </main>
      ),
    }),
})

function PaperCard({ site, paper }: { site: Site; paper: Paper }) {
  const { published, commentCount, primaryCategory } = paper
  const url = site.origin + addressPath(paper.address)
  return (
    <main>
      <Head site={site} aside={primaryCategory === null ? '' : categoryName(primaryCategory)} />
      <h1>
        <NewTab href={url}>{raw(typeset(paper.title, { links: false }))}</NewTab>
      </h1>
      {paper.authors.length > 0 && <p class="by">{byline(paper)}</p>}
      <p class="foot">
        {warningsOf(paper).map((label) => (
          <strong>{label}</strong>
        ))}
        <span>{votesInWords(paper)}</span>
        {commentCount > 0 && (
          <span>{commentCount === 1 ? '1 comment' : `${commentCount.toLocaleString('en-GB')} comments`}</span>
        )}
        {published && (
          <time datetime={published.value}>{publishedText(published, { timeZone: site.timeZone })}</time>
        )}
      </p>
    </main>
  )
}

/** Whose card it is, and what the paper is about. */
function Head({ site, aside }: { site: Site; aside: string }) {
  return (
    <p class="head">
      <NewTab href={`${site.origin}/`}>{site.name}</NewTab> <span class="topic">{aside}</span>
    </p>
  )
}

function NewTab({ href, children }: { href: string; children: Child }) {
  return (
    <a href={href} target="_blank" rel="noopener">
      {children}
    </a>
  )
}

/** A small page for frames of other sites. */
function sendFramed(
  site: Site,
  c: Context,
  { title, children, status = 200 }: { title: string; children: Child; status?: 200 | 400 | 404 },
): Response | Promise<Response> {
  const { css, hash } = cardStyle(site.assets)
  c.set('framePolicy', framePolicy(hash))
  c.header('cache-control', status === 200 ? `public, max-age=${CARD_SECONDS}` : 'no-cache')
  c.header('x-robots-tag', 'noindex')
  return c.html(
    html`<!doctype html>${(
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <title>{`${title} · ${site.name}`}</title>
            <style>{raw(css)}</style>
          </head>
          <body>{children}</body>
        </html>
      )}`,
    status,
  )
}

/** Any site may show it; it can run nothing, send nothing, and load nothing but our typeface. Links open in tabs of their own. */
function framePolicy(styleHash: string): string {
  return `default-src 'none'; style-src '${styleHash}'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *`
}
