import type { Learnt } from './learn.ts'
import { openExamples } from './learning/examples.ts'
import type { KnownPaper } from './known-paper.ts'

/** Papers that are considered. */
const POOL = 240
/** The strength of the ridge, as in learning. */
const LAMBDA = 1

/**
 * Papers whose answers tell most about all others: one after the other, that of which most is unknown, given what is known and what was
 * chosen before it, times how much it has in common with the pool. What is unknown is the variance of a Gaussian process,
 * k(x,x) − kᵀ(K + λI)⁻¹k, which does not depend on the answers. (Greedy active learning: Seo, Wallat, Graepel, Obermayer 2000.)
 */
export function askToTellApart(
  papers: readonly KnownPaper[],
  { learnt, topics, count }: { learnt: Learnt; topics: ReadonlySet<string>; count: number },
): number[] {
  const isFollowed = (paper: KnownPaper) => paper.topics.some((topic) => topics.has(topic))
  const pool = papers
    .toSorted(
      (a, b) => Number(isFollowed(b)) - Number(isFollowed(a)) || b.attention - a.attention || b.id - a.id,
    )
    .slice(0, POOL)
  const n = pool.length
  const together = openExamples(pool.map(({ features }) => features))
  const common = pool.map(({ features }) => together.kinships(features))
  /** What is in common once what is known is taken out: conditioned on one paper at a time. */
  const condition = (column: Float64Array, self: number) => {
    for (let i = 0; i < n; i++) {
      const row = common[i]
      const factor = (column[i] ?? 0) / (self + LAMBDA)
      if (row) for (let j = 0; j < n; j++) row[j] = (row[j] ?? 0) - factor * (column[j] ?? 0)
    }
  }
  // The known papers among each other are left out of account: they only say where not to ask.
  for (const { features, act } of learnt.examples.slice(0, MOST_KNOWN)) {
    if (act.kind === 'passed-over') continue
    condition(together.kinships(features), 1)
  }
  const chosen: number[] = []
  const left = new Set(pool.keys())
  while (chosen.length < count && left.size > 0) {
    let best = -1
    let most = -Infinity
    for (const i of left) {
      const row = common[i]
      if (!row) continue
      // How much an answer on it lowers what is unknown of all the others.
      let told = 0
      for (let j = 0; j < n; j++) told += (row[j] ?? 0) ** 2
      told /= Math.max(1e-9, (row[i] ?? 0) + LAMBDA)
      if (told > most) {
        most = told
        best = i
      }
    }
    const paper = pool[best]
    const column = common[best]?.slice()
    if (!paper || !column) break
    chosen.push(paper.id)
    left.delete(best)
    condition(column, Math.max(0, column[best] ?? 0))
  }
  return chosen
}

const MOST_KNOWN = 100
