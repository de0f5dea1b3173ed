import { mapInTurns } from '../../runtime/in-turns.ts'
import { openWordTable } from './word-table.ts'

/** Words by number, with what each weighs. */
type Weights = { ids: Uint32Array; weights: ArrayLike<number> }

/** Papers by their words: which have each, and what it weighs there. */
export type Postings = {
  /** Whether a paper has this word. */
  has(id: number): boolean
  /** Adds the product of some words with each of the first papers to its place in `into`. */
  addProducts(words: Weights, into: Float64Array): void
}

/** `papers`: 65,536 at most. */
export async function openPostings(papers: readonly Weights[]): Promise<Postings> {
  const table = openWordTable()
  const places = await mapInTurns([...papers], ({ ids }) => {
    const at = new Uint32Array(ids.length)
    for (let i = 0; i < ids.length; i++) at[i] = table.put(ids[i] ?? 0)
    return at
  })
  const ends = new Uint32Array(table.words + 1)
  await mapInTurns(places, (of) => {
    for (const place of of) ends[place + 1] = (ends[place + 1] ?? 0) + 1
  })
  for (let place = 0; place < table.words; place++)
    ends[place + 1] = (ends[place + 1] ?? 0) + (ends[place] ?? 0)
  const filled = ends.slice()
  const having = new Uint16Array(ends.at(-1) ?? 0)
  const values = new Float32Array(having.length)
  let paper = 0
  await mapInTurns(places, (of) => {
    const weights = papers[paper]?.weights
    for (let i = 0; i < of.length; i++) {
      const place = of[i] ?? 0
      const at = filled[place] ?? 0
      filled[place] = at + 1
      having[at] = paper
      values[at] = weights?.[i] ?? 0
    }
    paper += 1
  })
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
  }
}
