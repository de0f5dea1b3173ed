import { fitTitle, shortened } from './break-lines.ts'
import type { Style } from './faces.ts'
import { placed, rectangle } from './outline.ts'
import { openSheet, type Sheet } from './sheet.ts'
import type { Typesetter } from './set-text.ts'

/** What a card says, as plain text: of a paper, or with a motto alone of the site. */
export type Card = {
  siteName: string
  /** The host in the site's address, which stands for a name in letters that the typefaces lack. */
  host: string
  /** What the paper is about, or ''. */
  topic: string
  title: string
  /** The authors, in the longest way of naming them first: the first one is taken that there is room for. */
  bylines: string[]
  /** When it came out, or ''. */
  date: string
  /** Under which number it is known elsewhere, or ''. */
  identifier: string
}

/** What other sites ask of a picture beside a link (https://ogp.me), in pixels. */
export const CARD_WIDTH = 1200
export const CARD_HEIGHT = 630

/** Those of the pages, on light paper. */
const PAPER = [0xfc, 0xfa, 0xf5] as const
const INKS = {
  ink: [0x1c, 0x1a, 0x17],
  soft: [0x57, 0x52, 0x4a],
  accent: [0x8a, 0x1f, 0x17],
} as const
type Ink = keyof typeof INKS

const MARGIN = 72
const INNER = CARD_WIDTH - 2 * MARGIN
/** Between the rules under the nameplate and above the foot. */
const BODY = { top: 158, bottom: 532 }
const FOOT_BASELINE = 580

const NAMEPLATE: Style = { size: 44, weight: 700 }
const TOPIC: Style = { size: 27, weight: 500 }
const BYLINE: Style = { size: 31, weight: 400 }
const FOOT: Style = { size: 27, weight: 400 }
/** Of the foot: DOIs are long, dates are short. */
const IDENTIFIER_SHARE = 0.65
const TITLE_WEIGHT = 600
const LEADING = 1.14
const TITLE_SIZES = [
  { size: 76, mostLines: 2 },
  { size: 66, mostLines: 3 },
  { size: 56, mostLines: 3 },
  { size: 48, mostLines: 4 },
  { size: 40, mostLines: 5 },
] as const
const TOPIC_HEIGHT = 52
const BYLINE_HEIGHT = 64

/** The card of a paper as a PNG. What the typefaces have no letters for is left out, never drawn as empty boxes. */
export function drawCard(card: Card, type: Typesetter): Uint8Array {
  const sheet = openSheet({ width: CARD_WIDTH, height: CARD_HEIGHT, paper: PAPER, inks: INKS })
  const pen = { sheet, type }
  const title = type.drawable(card.title) || card.identifier || card.host
  const line = (text: string, style: Style, width: number) => drawableLine(text, { style, type, width })
  const name = line(card.siteName, NAMEPLATE, INNER) || line(card.host, NAMEPLATE, INNER)
  // What the paper is known by takes the place of a title that cannot be drawn, and need not be said twice.
  const identifier = title === card.identifier ? card.host : card.identifier
  const foot = { style: FOOT, ink: 'soft', baseline: FOOT_BASELINE } as const
  drawFrame(pen, { name })
  drawBody(pen, { ...card, title })
  writeLine(pen, line(identifier, FOOT, INNER * IDENTIFIER_SHARE), foot)
  writeLine(pen, line(card.date, FOOT, INNER * (0.95 - IDENTIFIER_SHARE)), { ...foot, isAtRight: true })
  return sheet.toPng()
}

type Pen = { sheet: Sheet<Ink>; type: Typesetter }

/** The nameplate between its rules, and the rule above the foot. */
function drawFrame({ sheet, type }: Pen, { name }: { name: string }): void {
  writeLine({ sheet, type }, name, { style: NAMEPLATE, ink: 'ink', baseline: 88 })
  sheet.fill(rectangle({ x: 0, y: 0, width: CARD_WIDTH, height: 12 }), 'accent')
  sheet.fill(rectangle({ x: MARGIN, y: 114, width: INNER, height: 4 }), 'ink')
  sheet.fill(rectangle({ x: MARGIN, y: 122, width: INNER, height: 1 }), 'ink')
  sheet.fill(rectangle({ x: MARGIN, y: BODY.bottom + 8, width: INNER, height: 1 }), 'soft', {
    strength: 0.5,
  })
}

/** Topic, title and authors, in the middle of the room between the rules. */
function drawBody(pen: Pen, { topic, title, bylines }: Card): void {
  const { type } = pen
  const topicLine = drawableLine(topic, { style: TOPIC, type, width: INNER })
  const byline = bylineFor(bylines, type)
  const around = (topicLine === '' ? 0 : TOPIC_HEIGHT) + (byline === '' ? 0 : BYLINE_HEIGHT)
  const room = BODY.bottom - BODY.top - around
  const { size, lines } = fitTitle(title, {
    width: INNER,
    sizes: TITLE_SIZES.filter(
      ({ size, mostLines }) => size * LEADING * mostLines <= room || size === TITLE_SIZES.at(-1)?.size,
    ),
    measure: (text, size) => type.measure(text, { size, weight: TITLE_WEIGHT }),
  })
  const height = around + lines.length * size * LEADING
  let y = BODY.top + Math.max(0, (BODY.bottom - BODY.top - height) / 2)
  if (topicLine !== '') {
    writeLine(pen, topicLine, { style: TOPIC, ink: 'accent', baseline: y + TOPIC.size })
    y += TOPIC_HEIGHT
  }
  for (const line of lines) {
    writeLine(pen, line, { style: { size, weight: TITLE_WEIGHT }, ink: 'ink', baseline: y + size * 0.84 })
    y += size * LEADING
  }
  writeLine(pen, byline, { style: BYLINE, ink: 'soft', baseline: y + 46 })
}

function bylineFor(bylines: string[], type: Typesetter): string {
  const drawable = bylines.map((text) => type.drawable(text) ?? '').filter((text) => text !== '')
  const measure = (text: string) => type.measure(text, BYLINE)
  return drawable.find((text) => measure(text) <= INNER) ?? shortenedLast(drawable, measure)
}

function shortenedLast(lines: string[], measure: (text: string) => number): string {
  const last = lines.at(-1)
  return last === undefined ? '' : shortened(last, { width: INNER, measure })
}

/** A text as it can be drawn in one line; '' where it cannot be. */
function drawableLine(
  text: string,
  { style, type, width }: { style: Style; type: Typesetter; width: number },
): string {
  const drawable = type.drawable(text) ?? ''
  return shortened(drawable, { width, measure: (text) => type.measure(text, style) })
}

function writeLine(
  { sheet, type }: Pen,
  text: string,
  {
    style,
    ink,
    baseline,
    isAtRight = false,
  }: { style: Style; ink: Ink; baseline: number; isAtRight?: boolean },
): void {
  if (text === '') return
  const { outline, width } = type.set(text, style)
  sheet.fill(placed(outline, { x: isAtRight ? CARD_WIDTH - MARGIN - width : MARGIN, y: baseline }), ink)
}
