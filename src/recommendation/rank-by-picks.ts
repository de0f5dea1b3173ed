/** A paper that somebody picked: its vector, of length 1, and when (epoch milliseconds). */
export type PickedVector = { vector: Float32Array; at: number }

export type Standing = {
  score: number
  /** What each pick adds to the score; some may take away. */
  parts: Float64Array
  /** The highest cosine with any of the picks; -1 without any. */
  nearest: number
}

/** How much a single pick is smoothed: with 1, two that are alike count little more than one. */
const RIDGE = 1
const WEEK_MS = 7 * 86_400_000

/** What a pick of that age counts: 1 when it is new, half after three weeks, a quarter after fifteen. */
export function weightAt(ageMs: number): number {
  return (1 + Math.max(0, ageMs) / WEEK_MS) ** -0.5
}

/**
 * How well each paper goes with the picks, by kernel ridge regression on the cosines of their vectors: the scores are those
 * that come nearest to 1 at each pick, older ones less closely. Small enough for a browser, exact enough for a hundred papers.
 */
export function rankByPicks(papers: Float32Array[], picks: PickedVector[], now: number): Standing[] {
  const system = picks.map((pick, i) =>
    Float64Array.from(
      picks,
      (other, j) => dot(pick.vector, other.vector) + (i === j ? RIDGE / weightAt(now - pick.at) : 0),
    ),
  )
  const solution = solve(system)
  return papers.map((paper) => {
    let score = 0
    let nearest = -1
    const parts = Float64Array.from(picks, ({ vector }, i) => {
      const cosine = dot(paper, vector)
      nearest = Math.max(nearest, cosine)
      const part = cosine * (solution[i] ?? 0)
      score += part
      return part
    })
    return { score, parts, nearest }
  })
}

/** What share each pick has in what speaks for a paper, the largest first; those that take away have none. */
export function pickShares({ parts }: Standing): { pick: number; share: number }[] {
  const shares = Array.from(parts, (part, pick) => ({ pick, share: Math.max(0, part) }))
  const sum = shares.reduce((total, { share }) => total + share, 0)
  return shares
    .filter(({ share }) => share > 0)
    .map(({ pick, share }) => ({ pick, share: share / sum }))
    .toSorted((a, b) => b.share - a.share)
}

/** x with Ax = (1, …, 1), for a symmetric positive definite A (Cholesky), which is overwritten. */
function solve(a: Float64Array[]): Float64Array {
  const x = new Float64Array(a.length).fill(1)
  const at = (i: number, j: number) => a[i]?.[j] ?? 0
  for (const [i, row] of a.entries()) {
    for (let j = 0; j <= i; j++) {
      let sum = row[j] ?? 0
      for (let k = 0; k < j; k++) sum -= at(i, k) * at(j, k)
      row[j] = i === j ? Math.sqrt(sum) : sum / at(j, j)
    }
    let sum = 1
    for (let k = 0; k < i; k++) sum -= at(i, k) * (x[k] ?? 0)
    x[i] = sum / at(i, i)
  }
  for (let i = a.length - 1; i >= 0; i--) {
    let sum = x[i] ?? 0
    for (let k = i + 1; k < a.length; k++) sum -= at(k, i) * (x[k] ?? 0)
    x[i] = sum / at(i, i)
  }
  return x
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}
