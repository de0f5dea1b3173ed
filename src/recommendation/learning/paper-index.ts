import { mapInTurns } from '../../runtime/in-turns.ts'
import { MEANING_WEIGHT, type Features } from './features.ts'
import { openWordTable } from './word-table.ts'

/** A score that is linear in what papers are compared by: what each word adds, and what agreement with a meaning does. */
export type LinearScore = {
  /** Words by number, and what each adds by its weight. */
  ids: Uint32Array
  weights: Float64Array
  /** null where no example has one. */
  meaning: Float64Array | null
  /** Sums of the examples' `scale` and `common` (features.ts), by what each counts. */
  scale: number
  common: number
}

/** Papers by their words: which have each, and what it weighs there. All are scored in one pass over words, not paper by paper. */
export type PaperIndex = {
  papers: readonly Features[]
  /** The place of each. */
  placeOf: ReadonlyMap<Features, number>
  /** The score of each of the first `count` papers, in their order: fewer take less time. */
  score(by: LinearScore, count: number): Float64Array
}

/** `papers`: 65,536 at most. */
export async function openPaperIndex(papers: readonly Features[]): Promise<PaperIndex> {
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
    papers,
    placeOf: new Map(papers.map((one, i) => [one, i])),
    score({ ids, weights, meaning, scale, common }, count) {
      const scores = Float64Array.from(papers.slice(0, count), (one) => {
        let sum = -one.scale * common - one.common * scale
        if (meaning && one.meaning?.length === meaning.length) {
          let alike = 0
          for (let d = 0; d < meaning.length; d++) alike += (meaning[d] ?? 0) * (one.meaning[d] ?? 0)
          sum += MEANING_WEIGHT * alike
        }
        return sum
      })
      for (let i = 0; i < ids.length; i++) {
        const place = table.placeOf(ids[i] ?? 0)
        if (place < 0) continue
        const weight = weights[i] ?? 0
        const end = ends[place + 1] ?? 0
        for (let at = ends[place] ?? 0; at < end; at++) {
          const j = having[at] ?? 0
          // Papers stand in their order.
          if (j >= count) break
          scores[j] = (scores[j] ?? 0) + weight * (values[at] ?? 0)
        }
      }
      return scores
    },
  }
}
