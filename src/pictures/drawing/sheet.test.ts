import sharp from 'sharp'
import { expect, it } from 'vitest'
import type { Outline } from './outline.ts'
import { rectangle } from './outline.ts'
import { openSheet } from './sheet.ts'

const WHITE = [255, 255, 255] as const
const BLACK = [0, 0, 0] as const

/** How dark each point is, from 0 (paper) to 1, row by row. */
async function darkness(outline: Outline, { width = 8, height = 4, strength = 1 } = {}): Promise<number[][]> {
  const sheet = openSheet({ width, height, paper: WHITE, inks: { black: BLACK } })
  sheet.fill(outline, 'black', { strength })
  const { data, info } = await sharp(sheet.toPng()).greyscale().raw().toBuffer({ resolveWithObject: true })
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => 1 - (data[(y * width + x) * info.channels] ?? 0) / 255),
  )
}
const total = (rows: number[][]) => rows.flat().reduce((sum, dark) => sum + dark, 0)

it('covers points by the share of them that lies within', async () => {
  const rows = await darkness(rectangle({ x: 1, y: 1, width: 2.5, height: 1.5 }))
  expect(rows[0]).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
  for (const [x, dark] of [0, 1, 1, 0.5, 0, 0, 0, 0].entries()) expect(rows[1]?.[x]).toBeCloseTo(dark, 1)
  for (const [x, dark] of [0, 0.5, 0.5, 0.25, 0, 0, 0, 0].entries()) expect(rows[2]?.[x]).toBeCloseTo(dark, 1)
})

it('covers as much as the area of a shape with slanted edges and curves', async () => {
  const triangle: Outline = [
    { kind: 'M', to: [0.3, 0.2] },
    { kind: 'L', to: [7.7, 1.1] },
    { kind: 'L', to: [2.4, 3.8] },
    { kind: 'Z' },
  ]
  // Half of the cross product of two sides.
  const area = Math.abs((7.7 - 0.3) * (3.8 - 0.2) - (2.4 - 0.3) * (1.1 - 0.2)) / 2
  expect(total(await darkness(triangle))).toBeCloseTo(area, 0)
  const [r, k] = [15, 15 * 0.5523]
  const circle: Outline = [
    { kind: 'M', to: [20 + r, 20] },
    { kind: 'C', by: [20 + r, 20 + k], by2: [20 + k, 20 + r], to: [20, 20 + r] },
    { kind: 'C', by: [20 - k, 20 + r], by2: [20 - r, 20 + k], to: [20 - r, 20] },
    { kind: 'C', by: [20 - r, 20 - k], by2: [20 - k, 20 - r], to: [20, 20 - r] },
    { kind: 'C', by: [20 + k, 20 - r], by2: [20 + r, 20 - k], to: [20 + r, 20] },
    { kind: 'Z' },
  ]
  const covered = total(await darkness(circle, { width: 40, height: 40 }))
  expect(Math.abs(covered - Math.PI * r * r)).toBeLessThan(3)
})

it('leaves holes where contours turn the other way, and fills where they overlap', async () => {
  const outer = rectangle({ x: 0, y: 0, width: 8, height: 4 })
  const turned: Outline = [
    { kind: 'M', to: [3, 1] },
    { kind: 'L', to: [3, 3] },
    { kind: 'L', to: [5, 3] },
    { kind: 'L', to: [5, 1] },
    { kind: 'Z' },
  ]
  expect(total(await darkness([...outer, ...turned]))).toBeCloseTo(28, 1)
  expect(total(await darkness([...outer, ...rectangle({ x: 3, y: 1, width: 2, height: 2 })]))).toBeCloseTo(
    32,
    1,
  )
})

it('draws what reaches beyond the sheet as far as the sheet goes', async () => {
  expect(total(await darkness(rectangle({ x: -50, y: -50, width: 54, height: 52 })))).toBeCloseTo(8, 1)
  expect(total(await darkness(rectangle({ x: 6, y: 2, width: 500, height: 500 })))).toBeCloseTo(4, 1)
  expect(total(await darkness(rectangle({ x: 60, y: 20, width: 5, height: 5 })))).toBe(0)
})

it('thins ink', async () => {
  const rows = await darkness(rectangle({ x: 0, y: 0, width: 1, height: 1 }), { strength: 0.5 })
  expect(rows[0]?.[0]).toBeCloseTo(0.5, 1)
})
