import { describe, expect, it } from 'vitest'
import { COLOURS } from './look.ts'

/** The contrast of two colours `#rrggbb`, by WCAG 2.2: 1 to 21. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

describe('the colours of mails', () => {
  it('can be read, in the light and in the dark', () => {
    const { p, d, i, s, a, b, w } = COLOURS
    const pairs = [
      ...[i, s, a].flatMap((text) => [p, d].map((under) => [text, under] as const)),
      [w, b] as const,
    ]
    for (const [text, under] of pairs) {
      expect(contrast(text[1], under[1])).toBeGreaterThanOrEqual(4.5)
      expect(contrast(text[2], under[2])).toBeGreaterThanOrEqual(4.5)
    }
  })
})
