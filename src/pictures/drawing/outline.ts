/**
 * Outlines of letters: closed contours of straight lines and curves, as SVG names them, in pixels with y downwards. What lies
 * within any contour is filled.
 */
export type Step =
  | { kind: 'M' | 'L'; to: Point }
  | { kind: 'Q'; by: Point; to: Point }
  | { kind: 'C'; by: Point; by2: Point; to: Point }
  | { kind: 'Z' }
export type Point = readonly [x: number, y: number]
export type Outline = Step[]

/** An outline made larger or smaller, and moved. */
export function placed(
  outline: Outline,
  { scale = 1, flip = false, x, y }: { scale?: number; flip?: boolean; x: number; y: number },
): Outline {
  const up = flip ? -scale : scale
  const at = ([px, py]: Point): Point => [x + px * scale, y + py * up]
  return outline.map((step): Step => {
    switch (step.kind) {
      case 'M':
      case 'L':
        return { kind: step.kind, to: at(step.to) }
      case 'Q':
        return { kind: 'Q', by: at(step.by), to: at(step.to) }
      case 'C':
        return { kind: 'C', by: at(step.by), by2: at(step.by2), to: at(step.to) }
      case 'Z':
        return step
    }
  })
}

export function rectangle({
  x,
  y,
  width,
  height,
}: {
  x: number
  y: number
  width: number
  height: number
}): Outline {
  return [
    { kind: 'M', to: [x, y] },
    { kind: 'L', to: [x + width, y] },
    { kind: 'L', to: [x + width, y + height] },
    { kind: 'L', to: [x, y + height] },
    { kind: 'Z' },
  ]
}

/** The `d` of an SVG path, to a hundredth of a pixel. */
export function svgPath(outline: Outline): string {
  const at = ([x, y]: Point) => `${hundredths(x)} ${hundredths(y)}`
  return outline
    .map((step) => {
      switch (step.kind) {
        case 'M':
        case 'L':
          return step.kind + at(step.to)
        case 'Q':
          return `Q${at(step.by)} ${at(step.to)}`
        case 'C':
          return `C${at(step.by)} ${at(step.by2)} ${at(step.to)}`
        case 'Z':
          return 'Z'
      }
    })
    .join('')
}

function hundredths(value: number): string {
  return String(Math.round(value * 100) / 100)
}
