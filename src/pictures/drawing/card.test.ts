import sharp from 'sharp'
import { beforeAll, expect, it } from 'vitest'
import { drawBadge } from './badge.ts'
import { drawCard, type Card } from './card.ts'
import { openFaces } from './faces.ts'
import { openTypesetter, type Typesetter } from './set-text.ts'

let type: Typesetter
beforeAll(async () => {
  type = openTypesetter(await openFaces())
})

const card: Card = {
  siteName: 'Tide Lines',
  host: 'tides.example',
  topic: 'Oceanography',
  title: 'A history of tides',
  bylines: ['Ada Quill, Bo Reed and 58 more', 'Ada Quill and 59 more'],
  date: '8 July 2025',
  identifier: 'arXiv:2507.00001',
}

/** The first row and the last, from the top, that have ink between the rules at the top and the foot; null where none has. */
async function inkedRows(png: Uint8Array): Promise<{ first: number; last: number; right: number } | null> {
  const { data, info } = await sharp(png).greyscale().raw().toBuffer({ resolveWithObject: true })
  let [first, last, right] = [Infinity, -1, -1]
  for (let y = 130; y < 535; y++)
    for (let x = 0; x < info.width; x++)
      if ((data[(y * info.width + x) * info.channels] ?? 255) < 160) {
        first = Math.min(first, y)
        last = y
        right = Math.max(right, x)
      }
  return last < 0 ? null : { first, last, right }
}

it('draws a card of the size that other sites ask for, the same one each time', async () => {
  const png = drawCard(card, type)
  const { format, width, height } = await sharp(png).metadata()
  expect({ format, width, height }).toEqual({ format: 'png', width: 1200, height: 630 })
  expect(Buffer.from(png).equals(Buffer.from(drawCard({ ...card }, type)))).toBe(true)
  expect(png.length).toBeLessThan(80_000)
})

it.each([
  ['a short title', { title: 'X' }],
  ['a long title', { title: 'The tides of the North Sea and of the people beside it. '.repeat(20) }],
  ['one long word', { title: 'Donaudampfschifffahrtsgesellschaft'.repeat(9) }],
  ['formulas', { title: 'Bounds of 𝒪(n²) on ‖∇f‖₂ ≤ ∞ for α → ℝⁿ in H₂O' }],
  ['Greek and Cyrillic', { title: 'Παλίρροιες και приливы' }],
  ['accents in pieces', { title: 'E\u0301tude de la mare\u0301e, Vie\u0323\u0302t Nam' }],
  ['one author', { bylines: ['Ada Quill'] }],
  ['authors with long names', { bylines: ['Ada Maria Quill of the North '.repeat(20)] }],
  ['nothing but a title', { topic: '', bylines: [], date: '', identifier: '' }],
  ['the name of a site that is very long', { siteName: 'Tides '.repeat(100) }],
  ['a long DOI', { identifier: `doi:10.5555/${'tides.'.repeat(60)}` }],
])('keeps within its margins: %s', async (_, facts) => {
  const rows = await inkedRows(drawCard({ ...card, ...facts }, type))
  expect(rows?.first).toBeGreaterThanOrEqual(150)
  expect(rows?.last).toBeLessThanOrEqual(532)
  expect(rows?.right).toBeLessThanOrEqual(1200 - 72 + 4)
})

it.each(['注意力就是你所需要的一切', 'تاريخ المد والجزر', 'תולדות הגאות', 'A history of 潮'])(
  'draws what the paper is known by where a title is in letters that the faces lack: %s',
  async (title) => {
    expect(type.drawable(title)).toBeNull()
    const known = { ...card, bylines: [] }
    const png = drawCard({ ...known, title }, type)
    expect(png).toEqual(drawCard({ ...known, title: card.identifier }, type))
    expect(await inkedRows(png)).not.toBeNull()
  },
)

it('leaves out authors whose names it has no letters for, and pictures between letters', () => {
  expect(drawCard({ ...card, bylines: ['张三', '张三'] }, type)).toEqual(
    drawCard({ ...card, bylines: [] }, type),
  )
  expect(type.drawable('Tides 🌊 and 👩‍🔬 people')).toBe('Tides and people')
})

it('writes letters of other forms in those it has', () => {
  expect(type.drawable('Ｔｉｄｅｓ ₙ')).toBe('Tides n')
})

it('sets type as a newspaper does: with ligatures and kerning', () => {
  const style = { size: 100, weight: 600 }
  const apart = (text: string) =>
    Array.from(text).reduce((sum, letter) => sum + type.measure(letter, style), 0)
  expect(type.measure('AVAT', style)).toBeLessThan(apart('AVAT') - 5)
  expect(type.set('Tides', style).width).toBeCloseTo(type.measure('Tides', style))
  // Heavier letters are wider: the weight is that of the variable typeface.
  expect(type.measure('Tides', { size: 100, weight: 800 })).toBeGreaterThan(
    type.measure('Tides', { size: 100, weight: 300 }) + 5,
  )
})

it('draws a badge of outlines, as wide as what it says, that a screen reader reads', async () => {
  const svg = drawBadge({ siteName: 'Tide Lines', message: '12 votes' }, type)
  expect(svg).toContain('role="img" aria-label="Tide Lines: 12 votes"><title>Tide Lines: 12 votes</title>')
  expect(svg).not.toMatch(/<text|<style|<script|href|font/)
  const width = (svg: string) => Number(/width="(\d+)" height="20"/.exec(svg)?.[1])
  expect(width(drawBadge({ siteName: 'Tide Lines', message: '1,234,567 votes' }, type))).toBeGreaterThan(
    width(svg) + 20,
  )
  expect(width(drawBadge({ siteName: 'Tides '.repeat(200), message: '1 vote' }, type))).toBeLessThan(300)
})

it('leaves the name of a site in other letters to the typefaces of whoever reads it, and escapes it', () => {
  const svg = drawBadge({ siteName: '日報 <&"', message: '1 vote' }, type)
  expect(svg).toContain('aria-label="日報 &lt;&amp;&quot;: 1 vote"')
  expect(svg).toMatch(/<text [^>]*textLength="[\d.]+"[^>]*>日報 &lt;&amp;&quot;<\/text>/)
})
