import type { Outline, Point } from './outline.ts'
import { indexedPng, type Colour } from './png.ts'

/** What is drawn on: paper of one colour, with inks that do not mix. */
export type Sheet<Ink extends string> = {
  /** Fills an outline; `strength` from 0 to 1 makes the ink thinner. */
  fill: (outline: Outline, ink: Ink, options?: { strength?: number }) => void
  toPng: () => Uint8Array
}

/** A byte for each point of the sheet says which ink is there, and in which of so many shades. */
const SHADES = 64
/** How far, in pixels, the lines that a curve is drawn with may be from it. */
const TOLERANCE = 0.05

export function openSheet<Ink extends string>({
  width,
  height,
  paper,
  inks,
}: {
  width: number
  height: number
  paper: Colour
  /** At most four. */
  inks: Record<Ink, Colour>
}): Sheet<Ink> {
  const names = Object.keys(inks) as Ink[]
  const points = new Uint8Array(width * height)
  return {
    fill(outline, ink, { strength = 1 } = {}) {
      const first = names.indexOf(ink) * SHADES
      const coverage = coverageOf(outline, { width, height })
      for (let row = coverage.top; row < coverage.bottom; row++) {
        let covered = 0
        const from = (row - coverage.top) * coverage.stride
        for (let x = 0; x < coverage.right - coverage.left; x++) {
          covered += coverage.edges[from + x] ?? 0
          const shade = Math.round(Math.min(1, Math.abs(covered)) * strength * (SHADES - 1))
          const point = row * width + coverage.left + x
          if (shade > (points[point] ?? 0) % SHADES) points[point] = first + shade
        }
      }
    },
    toPng: () =>
      indexedPng(points, {
        width,
        height,
        palette: names.flatMap((name) =>
          Array.from({ length: SHADES }, (_, shade) => mixed(paper, inks[name], shade / (SHADES - 1))),
        ),
      }),
  }
}

function mixed(paper: Colour, ink: Colour, share: number): Colour {
  const mix = (i: 0 | 1 | 2) => Math.round(paper[i] + (ink[i] - paper[i]) * share)
  return [mix(0), mix(1), mix(2)]
}

/** What an outline covers, as changes from one point of a row to the next: their running sum is the coverage. */
type Coverage = {
  left: number
  right: number
  top: number
  bottom: number
  stride: number
  edges: Float32Array
}

/**
 * The share of each point that lies within an outline, exactly, by the signed areas beside its edges, as in font-rs
 * (https://medium.com/@raphlinus/inside-the-fastest-font-renderer-in-the-world-75ae5270c445). Contours that overlap must
 * turn the same way, as those of fonts do.
 */
function coverageOf(outline: Outline, { width, height }: { width: number; height: number }): Coverage {
  const lines = straightened(outline)
  let [left, right, top, bottom] = [width, 0, height, 0]
  for (const line of lines)
    for (const [x, y] of line) {
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
    }
  left = Math.max(0, Math.floor(left))
  right = Math.min(width, Math.ceil(right))
  top = Math.max(0, Math.floor(top))
  bottom = Math.min(height, Math.ceil(bottom))
  if (right <= left || bottom <= top)
    return { left, right, top, bottom: top, stride: 0, edges: new Float32Array(0) }
  // The area to the right of the last point has room too.
  const stride = right - left + 2
  const edges = cleared(stride * (bottom - top))
  const within = (x: number) => Math.max(0, Math.min(right - left, x - left))
  for (const [[x0, y0], [x1, y1]] of lines)
    addEdge(edges, { stride, rows: bottom - top }, [within(x0), y0 - top], [within(x1), y1 - top])
  return { left, right, top, bottom, stride, edges }
}

/** One room for the edges of all that is filled, one outline after another: each would leave as much garbage as a picture. */
let room = new Float32Array(0)
function cleared(length: number): Float32Array {
  if (room.length < length) room = new Float32Array(length)
  return room.subarray(0, length).fill(0)
}

function addEdge(
  edges: Float32Array,
  { stride, rows }: { stride: number; rows: number },
  from: Point,
  to: Point,
): void {
  if (from[1] === to[1]) return
  const turn = from[1] < to[1] ? 1 : -1
  const [[startX, startY], [endX, endY]] = turn === 1 ? [from, to] : [to, from]
  const slope = (endX - startX) / (endY - startY)
  for (let row = Math.max(0, Math.floor(startY)); row < Math.min(rows, Math.ceil(endY)); row++) {
    const y0 = Math.max(row, startY)
    const y1 = Math.min(row + 1, endY)
    const area = (y1 - y0) * turn
    const xa = startX + (y0 - startY) * slope
    const xb = startX + (y1 - startY) * slope
    const [x0, x1] = xa < xb ? [xa, xb] : [xb, xa]
    const first = Math.floor(x0)
    const last = Math.ceil(x1)
    const at = row * stride + first
    const add = (offset: number, share: number) =>
      (edges[at + offset] = (edges[at + offset] ?? 0) + area * share)
    if (last <= first + 1) {
      const middle = (x0 + x1) / 2 - first
      add(0, 1 - middle)
      add(1, middle)
      continue
    }
    // The share of the area up to each point that the edge crosses: it grows along a parabola, a line and a parabola.
    const steepness = 1 / (x1 - x0)
    let before = 0
    for (let x = first; x < last; x++) {
      const enters = Math.max(x0, x)
      const leaves = Math.min(x1, x + 1)
      const within = (leaves - enters) * steepness
      // To the right of where it crosses, all of the rest of this point.
      const share = within * (x + 1 - (enters + leaves) / 2)
      const covered = (enters - x0) * steepness + share
      add(x - first, covered - before)
      before = covered
    }
    add(last - first, 1 - before)
  }
}

/** An outline in straight lines. */
function straightened(outline: Outline): [Point, Point][] {
  const lines: [Point, Point][] = []
  let start: Point = [0, 0]
  let here: Point = start
  const lineTo = (to: Point) => {
    lines.push([here, to])
    here = to
  }
  for (const step of outline)
    switch (step.kind) {
      case 'M':
        lineTo(start)
        start = here = step.to
        break
      case 'L':
        lineTo(step.to)
        break
      case 'Q': {
        const [from, by] = [here, step.by]
        const bend = Math.hypot(from[0] - 2 * by[0] + step.to[0], from[1] - 2 * by[1] + step.to[1])
        const pieces = Math.max(1, Math.ceil(Math.sqrt(bend / (4 * TOLERANCE))))
        for (let i = 1; i <= pieces; i++) {
          const t = i / pieces
          const on = (a: number, b: number, c: number) => (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t ** 2 * c
          lineTo([on(from[0], by[0], step.to[0]), on(from[1], by[1], step.to[1])])
        }
        break
      }
      case 'C': {
        const [from, by, by2] = [here, step.by, step.by2]
        const bend = Math.max(
          Math.hypot(from[0] - 2 * by[0] + by2[0], from[1] - 2 * by[1] + by2[1]),
          Math.hypot(by[0] - 2 * by2[0] + step.to[0], by[1] - 2 * by2[1] + step.to[1]),
        )
        const pieces = Math.max(1, Math.ceil(Math.sqrt((3 * bend) / (4 * TOLERANCE))))
        for (let i = 1; i <= pieces; i++) {
          const t = i / pieces
          const on = (a: number, b: number, c: number, d: number) =>
            (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t ** 2 * (1 - t) * c + t ** 3 * d
          lineTo([on(from[0], by[0], by2[0], step.to[0]), on(from[1], by[1], by2[1], step.to[1])])
        }
        break
      }
      case 'Z':
        lineTo(start)
        break
    }
  lineTo(start)
  return lines
}
