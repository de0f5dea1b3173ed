/**
 * Turns vectors so that what most papers have in common counts no more than what few have: v ↦ L⁻¹(v − μ), of length 1,
 * where LLᵀ is the covariance of a sample of papers plus `SHRINKAGE` of its mean variance (Mahalanobis whitening). Cosines
 * of what comes out do not depend on which of the square roots of the covariance is taken, so the cheapest is.
 */
export type Whitening = (vector: Float32Array) => Float32Array

const SHRINKAGE = 1.5

/** `sample`: vectors of one length; null where there are too few to tell. */
export function learnWhitening(sample: readonly Float32Array[]): Whitening | null {
  const [first] = sample
  if (first === undefined || sample.length < LEAST) return null
  const n = first.length
  const mean = new Float64Array(n)
  for (const vector of sample)
    for (let i = 0; i < n; i++) mean[i] = (mean[i] ?? 0) + (vector[i] ?? 0) / sample.length
  const factor = new Float64Array(n * n)
  const centred = new Float64Array(n)
  for (const vector of sample) {
    for (let i = 0; i < n; i++) centred[i] = (vector[i] ?? 0) - (mean[i] ?? 0)
    for (let i = 0; i < n; i++) {
      const c = (centred[i] ?? 0) / sample.length
      for (let j = 0; j <= i; j++) factor[i * n + j] = (factor[i * n + j] ?? 0) + c * (centred[j] ?? 0)
    }
  }
  let trace = 0
  for (let i = 0; i < n; i++) trace += factor[i * n + i] ?? 0
  const ridge = (SHRINKAGE * trace) / n + Number.EPSILON
  for (let i = 0; i < n; i++) factor[i * n + i] = (factor[i * n + i] ?? 0) + ridge
  decompose(factor, n)
  return (vector) => {
    const out = new Float32Array(n)
    let square = 0
    for (let i = 0; i < n; i++) {
      let sum = (vector[i] ?? 0) - (mean[i] ?? 0)
      for (let j = 0; j < i; j++) sum -= (factor[i * n + j] ?? 0) * (out[j] ?? 0)
      const value = sum / (factor[i * n + i] ?? 1)
      out[i] = value
      square += value * value
    }
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0
    for (let i = 0; i < n; i++) out[i] = (out[i] ?? 0) * scale
    return out
  }
}

/** With fewer, what they have in common is chance. */
const LEAST = 200

/** Cholesky: puts L with LLᵀ = A in the lower half of a positive definite matrix, row by row. Throws when it is none. */
export function decompose(matrix: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j] ?? 0
      for (let k = 0; k < j; k++) sum -= (matrix[i * n + k] ?? 0) * (matrix[j * n + k] ?? 0)
      if (i > j) matrix[i * n + j] = sum / (matrix[j * n + j] ?? 1)
      else if (sum <= 0) throw new RangeError('not a positive definite matrix')
      else matrix[i * n + i] = Math.sqrt(sum)
    }
  }
}
