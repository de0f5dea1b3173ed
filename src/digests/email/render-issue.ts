import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Issue, IssueLinks } from '../issue.ts'
import { safeAddress } from './addresses.ts'
import { frameOf, IN_FULL, paperOf, PLACES, type Extent } from './issue-frame.ts'
import { frameHtml, paperHtml, topHtml } from './issue-html.tsx'
import { frameText, paperText } from './issue-text.ts'
import { sentBytes, sumOf, weigh, type Weight } from './sent-size.ts'

/** The mail of an issue. */
export type RenderedIssue = { subject: string; html: string; text: string }

/** Gmail shows no more than some 100 kB of a mail, and servers add to it. In bytes, as sent. */
const LARGEST_MAIL = 88_000

/** What is given up for size, little by little; after that, papers. */
const EXTENTS: Extent[] = [
  IN_FULL,
  { ...IN_FULL, summary: 220 },
  { ...IN_FULL, summary: 140 },
  { ...IN_FULL, summary: 90 },
  { ...IN_FULL, summary: 90, hasLinks: false },
  { ...IN_FULL, summary: 90, hasLinks: false, isFrameWhole: false },
]

/**
 * The HTML of an issue, a whole document, with all its papers. Without `links` it is what anyone may see (the archive, a preview),
 * with a link to subscribe in place of what is a reader's alone.
 */
export function issueHtml(issue: Issue, links: IssueLinks | null): string {
  return htmlFrom(partsOf(issue, { isPersonal: links !== null, extent: IN_FULL }), links)
}

/** The same as a text, in lines of 72 columns. */
export function issueText(issue: Issue, links: IssueLinks | null): string {
  return textFrom(partsOf(issue, { isPersonal: links !== null, extent: IN_FULL }), links)
}

/**
 * An issue as the mail to a reader, 88,000 bytes at most as it is sent. If it would be larger, summaries are shorter, links beside
 * the titles go, and then papers from the end, whose number it tells.
 */
export function renderIssue(issue: Issue, links: IssueLinks | null): RenderedIssue {
  const parts = fitted(issue, links)
  return { subject: issue.subject, html: htmlFrom(parts, links), text: textFrom(parts, links) }
}

/** As much of an issue as fits into a mail. */
function fitted(issue: Issue, links: IssueLinks | null): Parts {
  const isPersonal = links !== null
  const own = Object.values(links ?? {}).map((url) => weigh(escaped(url)))
  let parts = partsOf(issue, { isPersonal, extent: IN_FULL })
  for (const extent of EXTENTS) {
    if (extent !== IN_FULL) parts = partsOf(issue, { isPersonal, extent })
    if (bytesOf(parts, own) <= LARGEST_MAIL) return parts
  }
  const least = EXTENTS.at(-1) ?? IN_FULL
  for (let papers = issue.papers.length - 1; papers > 0; papers--) {
    // Only the frame is made anew: it tells how many are left out.
    parts = {
      ...framed(issue, { isPersonal, extent: { ...least, papers } }),
      papers: parts.papers.slice(0, papers),
    }
    if (bytesOf(parts, own) <= LARGEST_MAIL) return parts
  }
  return parts
}

/** A piece of a mail in both its forms, and what they weigh. */
type Piece = { html: string; text: string; htmlWeight: Weight; textWeight: Weight }
type Parts = { frame: Piece; papers: Piece[] }

function partsOf(issue: Issue, { isPersonal, extent }: { isPersonal: boolean; extent: Extent }): Parts {
  return {
    ...framed(issue, { isPersonal, extent }),
    papers: issue.papers.slice(0, extent.papers).map((paper, i) =>
      remembered([paper, i, extent.summary, extent.hasLinks], () => {
        const told = paperOf(paper, extent)
        const rank = i + 1
        return {
          html: i === 0 ? topHtml(told) : paperHtml(told, { rank }),
          text: `${i === 0 ? '' : '\n\n\n'}${paperText(told, { rank })}`,
        }
      }),
    ),
  }
}

function framed(
  issue: Issue,
  { isPersonal, extent }: { isPersonal: boolean; extent: Extent },
): { frame: Piece } {
  const frame = frameOf(issue, { isPersonal, extent })
  return {
    frame: remembered(frame, () => ({ html: frameHtml(frame), text: frameText(frame) })),
  }
}

function bytesOf({ frame, papers }: Parts, own: Weight[]): number {
  return sentBytes([
    sumOf([frame.htmlWeight, ...papers.map(({ htmlWeight }) => htmlWeight), ...own]),
    sumOf([frame.textWeight, ...papers.map(({ textWeight }) => textWeight), ...own]),
  ])
}

function htmlFrom({ frame, papers }: Parts, links: IssueLinks | null): string {
  const [top, ...others] = papers
  return addressed(frame.html, links, escaped)
    .replace(PLACES.top, () => top?.html ?? '')
    .replace(PLACES.papers, () => others.map(({ html }) => html).join(''))
}

function textFrom({ frame, papers }: Parts, links: IssueLinks | null): string {
  return addressed(frame.text, links, (url) => url).replace(PLACES.papers, () =>
    papers.map(({ text }) => text).join(''),
  )
}

/** A frame with a reader's own addresses in it. */
function addressed(frame: string, links: IssueLinks | null, written: (url: string) => string): string {
  if (links === null) return frame
  return (['web', 'unsubscribe', 'settings'] as const).reduce((text, name) => {
    const url = safeAddress(links[name])
    // We make them ourselves.
    if (url === null) throw new Error(`The address “${name}” of a mail cannot be linked.`)
    return text.replaceAll(PLACES[name], () => written(url))
  }, frame)
}

function escaped(url: string): string {
  return url.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}

/** Thousands of papers: what a day's mails are made of. */
const REMEMBERED_BYTES = 24_000_000
const pieces = new LRUCache<string, Piece>({
  maxSize: REMEMBERED_BYTES,
  // Two bytes a character.
  sizeCalculation: ({ html, text }) => 500 + 2 * (html.length + text.length),
})

/** The piece that is made of `what`, by all that it says: a change that nobody thought of makes another. */
function remembered(what: unknown, make: () => { html: string; text: string }): Piece {
  const key = hash('sha256', JSON.stringify(what), 'base64url')
  const found = pieces.get(key)
  if (found) return found
  const { html, text } = make()
  const piece = { html: flat(html), text: flat(text), htmlWeight: weigh(html), textWeight: weigh(text) }
  pieces.set(key, piece)
  return piece
}

/** A text in one piece: as it is made, it is a tree of hundreds, put together at every use. */
function flat(text: string): string {
  return Buffer.from(text).toString()
}
