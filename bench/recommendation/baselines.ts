import { STOP_WORDS } from '../../src/search/text/stop-words.ts'

/** A sparse vector of length 1. */
type Sparse = Map<number, number>

/** The papers that there are so far, as the baselines compare them: TF-IDF of words and pairs of words without stop words. */
export type Tfidf = { add(id: string, text: string): void; vectors(ids: readonly string[]): Sparse[] }

/** Sublinear TF, smooth IDF over all papers so far, words that one paper has left out, length 1: as scikit-learn has it. */
export function openTfidf(): Tfidf {
  const counts = new Map<string, Map<number, number>>()
  const numbers = new Map<string, number>()
  const papersWith: number[] = []
  return {
    add(id, text) {
      const words = (text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? []).filter(
        (word) => !STOP_WORDS.has(word),
      )
      const terms = [...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)]
      const of = new Map<number, number>()
      for (const term of terms) {
        const number = numbers.get(term) ?? numbers.size
        numbers.set(term, number)
        of.set(number, (of.get(number) ?? 0) + 1)
      }
      for (const number of of.keys()) papersWith[number] = (papersWith[number] ?? 0) + 1
      counts.set(id, of)
    },
    vectors: (ids) =>
      ids.map((id) => {
        const vector: Sparse = new Map()
        let square = 0
        for (const [number, count] of counts.get(id) ?? []) {
          const papers = papersWith[number] ?? 0
          if (papers < 2) continue
          const value = (1 + Math.log(count)) * (Math.log((1 + counts.size) / (1 + papers)) + 1)
          vector.set(number, value)
          square += value * value
        }
        for (const [number, value] of vector) vector.set(number, value / Math.sqrt(square))
        return vector
      }),
  }
}

function dot(a: Sparse, b: ReadonlyMap<number, number>): number {
  let sum = 0
  for (const [number, value] of a) sum += value * (b.get(number) ?? 0)
  return sum
}

/** The best cosine with any paper of the history. */
export function nearest(history: Sparse[], candidates: Sparse[]): number[] {
  return candidates.map((candidate) => Math.max(...history.map((one) => dot(candidate, one))))
}

/** The cosine with the mean of the history. */
export function meanVector(history: Sparse[], candidates: Sparse[]): number[] {
  const sum: Sparse = new Map()
  for (const one of history)
    for (const [number, value] of one) sum.set(number, (sum.get(number) ?? 0) + value)
  return candidates.map((candidate) => dot(candidate, sum))
}

const SVM = { c: 0.1, rounds: 60 }

/**
 * A linear SVM (squared hinge loss, classes of equal weight) that tells the history from random papers, by dual coordinate
 * descent (Hsieh et al. 2008), as arxiv-sanity-lite does it.
 */
export function svm(history: Sparse[], others: Sparse[], candidates: Sparse[]): number[] {
  const examples = [
    ...history.map((x) => ({
      x,
      y: 1,
      c: (SVM.c * (history.length + others.length)) / (2 * history.length),
    })),
    ...others.map((x) => ({ x, y: -1, c: (SVM.c * (history.length + others.length)) / (2 * others.length) })),
  ]
  const weights: Sparse = new Map()
  let bias = 0
  const duals = new Float64Array(examples.length)
  for (let round = 0; round < SVM.rounds; round++)
    for (const [i, { x, y, c }] of examples.entries()) {
      const diagonal = 1 / (2 * c)
      const dual = duals[i] ?? 0
      const gradient = y * (dot(x, weights) + bias) - 1 + diagonal * dual
      const next = Math.max(0, dual - gradient / (2 + diagonal))
      const step = (next - dual) * y
      if (step === 0) continue
      duals[i] = next
      for (const [number, value] of x) weights.set(number, (weights.get(number) ?? 0) + step * value)
      bias += step
    }
  return candidates.map((candidate) => dot(candidate, weights))
}

/** The cosine with the mean of vectors. */
export function meanMeaning(history: Float32Array[], candidates: Float32Array[]): number[] {
  const sum = new Float64Array(candidates[0]?.length ?? 0)
  for (const one of history) for (const [d, value] of one.entries()) sum[d] = (sum[d] ?? 0) + value
  return candidates.map((one) => one.reduce((total, value, d) => total + value * (sum[d] ?? 0), 0))
}
