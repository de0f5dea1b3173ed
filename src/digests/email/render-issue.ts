import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Issue, IssueLinks, IssuePaper } from '../issue.ts'
import { safeAddress } from './addresses.ts'
import { frameOf, IN_FULL, PAPER_PLACES, paperOf, PLACES, reasonOf, type Extent } from './issue-frame.ts'
import { frameHtml, paperHtml, topHtml } from './issue-html.tsx'
import { frameText, paperText, placedText } from './issue-text.ts'
import { sentBytes, sumOf, weigh, type Weight } from './sent-size.ts'

/** The mail of an issue. */
export type RenderedIssue = {
  subject: string
  html: string
  text: string
  /** Papers from the end that found no room. */
  leftOut: number[]
}

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
  return htmlFrom(partsOf(issue, { links, papers: issue.papers.map(placed), extent: IN_FULL }), links)
}

/** The same as a text, in lines of 72 columns. */
export function issueText(issue: Issue, links: IssueLinks | null): string {
  return textFrom(partsOf(issue, { links, papers: issue.papers.map(placed), extent: IN_FULL }), links)
}

/**
 * An issue as the mail to a reader, 88,000 bytes at most as it is sent. If it would be larger, summaries are shorter, links beside
 * the titles go, and then papers from the end, whose number it tells.
 */
export function renderIssue(issue: Issue, links: IssueLinks | null): RenderedIssue {
  const parts = fitted(issue, links)
  return {
    subject: issue.subject,
    html: htmlFrom(parts, links),
    text: textFrom(parts, links),
    leftOut: issue.papers.slice(parts.papers.length).map(({ id }) => id),
  }
}

/** As much of an issue as fits into a mail. */
function fitted(issue: Issue, links: IssueLinks | null): Parts {
  const own = Object.values(links ?? {}).map((url) => weigh(escaped(url)))
  const papers = issue.papers.map(placed)
  let parts = partsOf(issue, { links, papers, extent: IN_FULL })
  for (const extent of EXTENTS) {
    if (extent !== IN_FULL) parts = partsOf(issue, { links, papers, extent })
    if (bytesOf(parts, own) <= LARGEST_MAIL) return parts
  }
  const least = EXTENTS.at(-1) ?? IN_FULL
  for (let count = parts.papers.length - 1; count > 0; count--) {
    // Only the frame is made anew: it tells how many are left out.
    const frame = framePiece(issue, { links, extent: { ...least, papers: count } })
    parts = { frame, papers: parts.papers.slice(0, count) }
    if (bytesOf(parts, own) <= LARGEST_MAIL) return parts
  }
  return parts
}

/** A piece of a mail in both its forms, and what they weigh. */
type Piece = { html: string; text: string; htmlWeight: Weight; textWeight: Weight }
/** A paper without what differs from reader to reader, by a name that says all of it; and that. */
type Placed = { paper: IssuePaper; name: string; rank: number; reason: string; own: Weight }
type Parts = { frame: Piece; papers: { piece: Piece; placed: Placed }[] }

function placed(whole: IssuePaper, index: number): Placed {
  const reason = reasonOf(whole)
  const paper = { ...whole, reason: reason === '' ? '' : PAPER_PLACES.reason }
  return { paper, name: nameOf(paper), rank: index + 1, reason, own: weigh(escaped(reason)) }
}

function partsOf(
  issue: Issue,
  { links, papers, extent }: { links: IssueLinks | null; papers: Placed[]; extent: Extent },
): Parts {
  return {
    frame: framePiece(issue, { links, extent }),
    papers: papers.slice(0, extent.papers).map((placed) => ({ placed, piece: paperPiece(placed, extent) })),
  }
}

function paperPiece({ paper, name, rank }: Placed, extent: Extent): Piece {
  const isTop = rank === 1
  return remembered(`${name} ${isTop} ${extent.summary} ${extent.hasLinks}`, () => {
    const told = paperOf(paper, extent)
    return { html: isTop ? topHtml(told) : paperHtml(told), text: paperText(told) }
  })
}

function framePiece(issue: Issue, { links, extent }: { links: IssueLinks | null; extent: Extent }): Piece {
  const frame = frameOf(issue, { isPersonal: links !== null, extent })
  return remembered(nameOf(frame), () => ({ html: frameHtml(frame), text: frameText(frame) }))
}

/** Between papers in a text. */
const GAP = '\n\n\n'
/** That, and what a long reason has for its further lines. */
const BETWEEN = weigh(GAP + '\n    '.repeat(8))

function bytesOf({ frame, papers }: Parts, own: Weight[]): number {
  const reasons = papers.map(({ placed }) => placed.own)
  return sentBytes([
    sumOf([frame.htmlWeight, ...papers.map(({ piece }) => piece.htmlWeight), ...reasons, ...own]),
    sumOf([
      frame.textWeight,
      ...papers.flatMap(({ piece }) => [piece.textWeight, BETWEEN]),
      ...reasons,
      ...own,
    ]),
  ])
}

function htmlFrom({ frame, papers }: Parts, links: IssueLinks | null): string {
  const [top = '', ...others] = papers.map(({ piece, placed: { rank, reason } }) =>
    piece.html
      .replace(PAPER_PLACES.rank, () => String(rank))
      .replace(PAPER_PLACES.reason, () => escaped(reason)),
  )
  return addressed(frame.html, links, escaped)
    .replace(PLACES.top, () => top)
    .replace(PLACES.papers, () => others.join(''))
}

function textFrom({ frame, papers }: Parts, links: IssueLinks | null): string {
  return addressed(frame.text, links, (url) => url).replace(PLACES.papers, () =>
    papers.map(({ piece, placed }) => placedText(piece.text, placed)).join(GAP),
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

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** Thousands of papers: what a day's mails are made of. */
const REMEMBERED_BYTES = 24_000_000
const pieces = new LRUCache<string, Piece>({
  maxSize: REMEMBERED_BYTES,
  // Two bytes a character.
  sizeCalculation: ({ html, text }) => 500 + 2 * (html.length + text.length),
})

/** A short name for what something says, all of it: a change that nobody thought of has another. */
function nameOf(what: unknown): string {
  return hash('sha256', JSON.stringify(what), 'base64url')
}

function remembered(key: string, make: () => { html: string; text: string }): Piece {
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
