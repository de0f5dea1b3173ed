import { Buffer, Direction, shape, type Font } from 'harfbuzzjs'
import type { Style, TypeFace } from './faces.ts'
import { placed, type Outline, type Point, type Step } from './outline.ts'

/** A line of text as outlines: it begins at 0 on the baseline, which is at 0 too. */
type SetText = { outline: Outline; width: number }

/** What sets text in the typefaces of the site. */
export type Typesetter = {
  /** The text in letters that the faces have; null where they lack one of its letters. */
  drawable: (text: string) => string | null
  /** A line of drawable text; what else it has is left out. */
  set: (text: string, style: Style) => SetText
  /** How wide such a line is. */
  measure: (text: string, style: Style) => number
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** What is no letter, and says little that the words around it do not say: pictures, dingbats, what cannot be seen. */
const DISPENSABLE =
  /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\p{So}|\p{C}|\p{Default_Ignorable_Code_Point})+$/u
const UNSEEN = /\p{Default_Ignorable_Code_Point}/u

export function openTypesetter(faces: TypeFace[]): Typesetter {
  const faceFor = (grapheme: string): TypeFace | undefined =>
    faces.find((face) =>
      Array.from(grapheme).every((letter) => UNSEEN.test(letter) || face.has(letter.codePointAt(0) ?? 0)),
    )

  function drawable(text: string): string | null {
    let drawn = ''
    for (const { segment } of graphemes.segment(text.normalize('NFC').replace(/\s+/g, ' '))) {
      // A subscript, or a letter of full width, is still that letter.
      const form = [segment, segment.normalize('NFKC')].find(faceFor)
      if (form !== undefined) drawn += form
      else if (!DISPENSABLE.test(segment)) return null
    }
    return drawn.replace(/ +/g, ' ').trim()
  }

  function runsOf(text: string): { text: string; face: TypeFace }[] {
    const runs: { text: string; face: TypeFace }[] = []
    for (const { segment } of graphemes.segment(text)) {
      const last = runs.at(-1)
      // Spaces and full stops are in every face: they stay with the word they stand beside.
      const face =
        last && covers(last.face, segment) && !/\p{L}/u.test(segment) ? last.face : faceFor(segment)
      if (!face) continue
      if (last?.face === face) last.text += segment
      else runs.push({ text: segment, face })
    }
    return runs
  }

  function set(text: string, style: Style): SetText {
    const outline: Outline = []
    let x = 0
    for (const run of runsOf(text)) {
      const font = run.face.font(style)
      const scale = style.size / run.face.unitsPerEm
      for (const { glyph, advance, dx, dy } of shaped(font, run.text)) {
        const steps = glyphSteps(font, glyph)
        outline.push(...placed(steps, { scale, flip: true, x: x + dx * scale, y: -dy * scale }))
        x += advance * scale
      }
    }
    return { outline, width: x }
  }

  function measure(text: string, style: Style): number {
    return runsOf(text).reduce((width, run) => {
      const units = shaped(run.face.font(style), run.text).reduce((sum, { advance }) => sum + advance, 0)
      return width + (units * style.size) / run.face.unitsPerEm
    }, 0)
  }

  return { drawable, set, measure }
}

function covers(face: TypeFace, grapheme: string): boolean {
  return Array.from(grapheme).every((letter) => face.has(letter.codePointAt(0) ?? 0))
}

type Placed = { glyph: number; advance: number; dx: number; dy: number }

/** One for all that is set: HarfBuzz gives the memory of each back late, if at all. */
const buffer = new Buffer()

/** Kerned, with ligatures, and with accents where they belong. The faces have no letters that run from right to left. */
function shaped(font: Font, text: string): Placed[] {
  buffer.reset()
  buffer.addText(text)
  buffer.guessSegmentProperties()
  buffer.setDirection(Direction.LTR)
  shape(font, buffer)
  const positions = buffer.getGlyphPositions()
  return buffer.getGlyphInfos().map(({ codepoint }, i) => ({
    glyph: codepoint,
    advance: positions[i]?.xAdvance ?? 0,
    dx: positions[i]?.xOffset ?? 0,
    dy: positions[i]?.yOffset ?? 0,
  }))
}

const drawn = new WeakMap<Font, Map<number, Outline>>()

function glyphSteps(font: Font, glyph: number): Outline {
  const glyphs = drawn.get(font) ?? new Map<number, Outline>()
  drawn.set(font, glyphs)
  const known = glyphs.get(glyph)
  if (known) return known
  const steps = font.glyphToJson(glyph).map(({ type, values: v }): Step => {
    const at = (i: number): Point => [v[i] ?? 0, v[i + 1] ?? 0]
    switch (type) {
      case 'M':
      case 'L':
        return { kind: type, to: at(0) }
      case 'Q':
        return { kind: 'Q', by: at(0), to: at(2) }
      case 'C':
        return { kind: 'C', by: at(0), by2: at(2), to: at(4) }
      default:
        return { kind: 'Z' }
    }
  })
  glyphs.set(glyph, steps)
  return steps
}
