import { driveInTurns } from '../../runtime/in-turns.ts'
import { numberWords } from './word-table.ts'

/** Words by number, with what each weighs. */
type Weights = { ids: Uint32Array; weights: ArrayLike<number> }

/** Papers by their words: which have each, and what it weighs there. */
export type Postings = {
  /** Whether a paper has this word. */
  has(id: number): boolean
  /** Adds the product of some words with each of the first papers to its place in `into`. */
  addProducts(words: Weights, into: Float64Array): void
  /** What a word weighs in all papers together, of which each counts so often. */
  weightOf(id: number, counts: ArrayLike<number>): number
  /** All words, and what each weighs so. */
  weightsOfAll(counts: ArrayLike<number>): { ids: Uint32Array; weights: Float64Array }
}

/** Made in turns, for many papers: 65,536 at most. */
export function openPostings(papers: readonly Weights[]): Promise<Postings> {
  return driveInTurns(build(papers))
}

/** The same for few papers, at once. */
export function postingsOf(papers: readonly Weights[]): Postings {
  const work = build(papers)
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

function* build(papers: readonly Weights[]): Generator<void, Postings> {
  const { table, places } = yield* numberWords(papers)
  const ends = new Uint32Array(table.words + 1)
  for (const of of places) {
    for (let i = 0; i < of.length; i++) {
      const next = (of[i] ?? 0) + 1
      ends[next] = (ends[next] ?? 0) + 1
    }
    yield
  }
  for (let place = 0; place < table.words; place++)
    ends[place + 1] = (ends[place + 1] ?? 0) + (ends[place] ?? 0)
  const filled = ends.slice()
  const having = new Uint16Array(ends.at(-1) ?? 0)
  const values = new Float32Array(having.length)
  for (let paper = 0; paper < papers.length; paper++) {
    const of = places[paper] ?? new Uint32Array()
    const weights = papers[paper]?.weights
    for (let i = 0; i < of.length; i++) {
      const place = of[i] ?? 0
      const at = filled[place] ?? 0
      filled[place] = at + 1
      having[at] = paper
      values[at] = weights?.[i] ?? 0
    }
    yield
  }
  function weightAt(place: number, counts: ArrayLike<number>): number {
    let sum = 0
    const end = ends[place + 1] ?? 0
    for (let at = ends[place] ?? 0; at < end; at++) sum += (counts[having[at] ?? 0] ?? 0) * (values[at] ?? 0)
    return sum
  }
  return {
    has: (id) => table.placeOf(id) >= 0,
    addProducts({ ids, weights }, into) {
      for (let i = 0; i < ids.length; i++) {
        const place = table.placeOf(ids[i] ?? 0)
        if (place < 0) continue
        const weight = weights[i] ?? 0
        const end = ends[place + 1] ?? 0
        for (let at = ends[place] ?? 0; at < end; at++) {
          const j = having[at] ?? 0
          // Papers stand in their order.
          if (j >= into.length) break
          into[j] = (into[j] ?? 0) + weight * (values[at] ?? 0)
        }
      }
    },
    weightOf(id, counts) {
      const place = table.placeOf(id)
      return place < 0 ? 0 : weightAt(place, counts)
    },
    weightsOfAll: (counts) => ({
      ids: table.ids(),
      weights: Float64Array.from({ length: table.words }, (_, place) => weightAt(place, counts)),
    }),
  }
}
