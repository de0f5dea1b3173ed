import { decompose } from './whitening.ts'

/**
 * Kernel ridge regression: of examples with targets y and weights w, whose likeness to each other is K, the score of
 * something whose likeness to them is k is kᵀα, where α = (K + λ diag(1/w))⁻¹ y. It is linear in y, so each example has a part
 * in a score, αᵢkᵢ; and what a score would be without one example has a closed form (below). (Saunders, Gammerman, Vovk
 * 1998; leaving one out: Cook and Weisberg 1982, section 3.)
 */
export type Ridge = {
  /** α: what each example counts. */
  counts: Float64Array
  /**
   * By how much each example raises the score of something, given its likeness to all of them: the score less what it would be
   * if the example had never been there. With β = C⁻¹k, C = K + λ diag(1/w), that is αᵢβᵢ / (C⁻¹)ᵢᵢ.
   */
  effects(likeness: Float64Array): Float64Array
  /** What an example would score if it had never been there: yᵢ − αᵢ / (C⁻¹)ᵢᵢ. */
  withoutItself: (example: number) => number
}

/** `likeness`: n × n, symmetric, positive semi-definite; `weights` above 0. */
export function fitRidge({
  likeness,
  targets,
  weights,
  lambda,
}: {
  likeness: Float64Array
  targets: ArrayLike<number>
  weights: ArrayLike<number>
  lambda: number
}): Ridge {
  const n = targets.length
  const factor = likeness.slice()
  for (let i = 0; i < n; i++) factor[i * n + i] = (factor[i * n + i] ?? 0) + lambda / (weights[i] ?? 1)
  decompose(factor, n)
  let diagonal: Float64Array | null = null
  const counts = solve(factor, n, targets)
  return {
    counts,
    effects(near) {
      diagonal ??= inverseDiagonal(factor, n)
      const solved = solve(factor, n, near)
      return counts.map((count, i) => (count * (solved[i] ?? 0)) / (diagonal?.[i] ?? 1))
    },
    withoutItself: (example) =>
      (targets[example] ?? 0) - (counts[example] ?? 0) / inverseAt(factor, n, example, new Float64Array(n)),
  }
}

/** x with LLᵀx = b. */
function solve(factor: Float64Array, n: number, b: ArrayLike<number>): Float64Array {
  const x = Float64Array.from({ length: n }, (_, i) => b[i] ?? 0)
  for (let i = 0; i < n; i++) {
    let sum = x[i] ?? 0
    for (let k = 0; k < i; k++) sum -= (factor[i * n + k] ?? 0) * (x[k] ?? 0)
    x[i] = sum / (factor[i * n + i] ?? 1)
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i] ?? 0
    for (let k = i + 1; k < n; k++) sum -= (factor[k * n + i] ?? 0) * (x[k] ?? 0)
    x[i] = sum / (factor[i * n + i] ?? 1)
  }
  return x
}

/** The diagonal of (LLᵀ)⁻¹. */
function inverseDiagonal(factor: Float64Array, n: number): Float64Array {
  const column = new Float64Array(n)
  return Float64Array.from({ length: n }, (_, j) => inverseAt(factor, n, j, column))
}

/** One place of that diagonal: the sum of squares of a column of L⁻¹, which is made in `column`. */
function inverseAt(factor: Float64Array, n: number, j: number, column: Float64Array): number {
  let squares = 0
  for (let i = j; i < n; i++) {
    let sum = i === j ? 1 : 0
    for (let k = j; k < i; k++) sum -= (factor[i * n + k] ?? 0) * (column[k] ?? 0)
    const value = sum / (factor[i * n + i] ?? 1)
    column[i] = value
    squares += value * value
  }
  return squares
}
