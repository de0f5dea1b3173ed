import { escapeXml } from '../../runtime/xml-text.ts'
import { shortened } from './break-lines.ts'
import type { Style } from './faces.ts'
import { placed, svgPath } from './outline.ts'
import type { Typesetter } from './set-text.ts'

/** What a badge says: whose it is, and what of. */
export type Badge = { siteName: string; message: string }

/** As high as the badges beside which it stands in a README, in pixels. */
const HEIGHT = 20
const PADDING = 7
const BASELINE = 14.25
const STYLE: Style = { size: 13.5, weight: 600 }
/** A longer name is cut. */
const WIDEST = 180

const ACCENT = '#7d1f1a'
const PAPER = '#fcfaf5'
const INK = '#1c1a17'
const RULE = '#b9b1a1'

/**
 * A badge as SVG: the name of the site on its own colour, and what is said of a paper on paper, which looks the same on
 * light and dark pages. Text is drawn as outlines, because pictures on other sites have no typefaces but those of the
 * reader's machine; a name in letters that ours lack is left to those.
 */
export function drawBadge({ siteName, message }: Badge, type: Typesetter): string {
  const name = setPart(siteName, type)
  const said = setPart(message, type)
  const split = name.width + 2 * PADDING
  const width = Math.ceil(split + said.width + 2 * PADDING)
  const title = escaped(`${siteName}: ${message}`)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${title}"><title>${title}</title><rect x=".5" y=".5" width="${width - 1}" height="${HEIGHT - 1}" rx="3" fill="${PAPER}" stroke="${RULE}"/><path d="M3.500 0H${round(split)}V${HEIGHT}H3.500A3.500 3.500 0 0 1 0 16.500V3.500A3.500 3.500 0 0 1 3.500 0Z" fill="${ACCENT}"/>${name.at(PADDING, PAPER)}${said.at(split + PADDING, INK)}</svg>`
}

type Part = { width: number; at: (x: number, colour: string) => string }

function setPart(text: string, type: Typesetter): Part {
  const drawable = type.drawable(text)
  if (drawable === null || drawable === '') return typedPart(text)
  const line = shortened(drawable, { width: WIDEST, measure: (text) => type.measure(text, STYLE) })
  const { outline, width } = type.set(line, STYLE)
  return {
    width,
    at: (x, colour) => `<path d="${svgPath(placed(outline, { x, y: BASELINE }))}" fill="${colour}"/>`,
  }
}

/** Text in a typeface of the reader's machine, stretched or pressed to the width that is kept for it. */
function typedPart(text: string): Part {
  const measure = (text: string) =>
    Array.from(text).reduce((sum, letter) => sum + (WIDE.test(letter) ? 1 : 0.6) * TYPED_SIZE, 0)
  const line = shortened(text, { width: WIDEST, measure })
  const width = measure(line)
  return {
    width,
    at: (x, colour) =>
      `<text x="${round(x)}" y="${BASELINE}" textLength="${round(width)}" lengthAdjust="spacingAndGlyphs" font-family="serif" font-size="${TYPED_SIZE}" fill="${colour}">${escaped(line)}</text>`,
  }
}

const TYPED_SIZE = 12
/** Letters that are as wide as they are high. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\uFF00-\uFF60\p{Extended_Pictographic}]/u

function round(value: number): string {
  return String(Math.round(value * 100) / 100)
}

/** Control characters, which are no letters of a badge, are left out. */
function escaped(text: string): string {
  return escapeXml(text.toWellFormed().replace(/\p{Cc}/gu, ''))
}
