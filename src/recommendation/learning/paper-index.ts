import { agreement, MEANING_WEIGHT, type Features } from './features.ts'
import { openPostings } from './postings.ts'

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

/** Papers by their words: all are scored in one pass over words, not paper by paper. */
export type PaperIndex = {
  papers: readonly Features[]
  /** The place of each. */
  placeOf: ReadonlyMap<Features, number>
  /** The score of each of the first `count` papers, in their order: fewer take less time. */
  score(by: LinearScore, count: number): Float64Array
}

/** `papers`: 65,536 at most. */
export async function openPaperIndex(papers: readonly Features[]): Promise<PaperIndex> {
  const postings = await openPostings(papers)
  return {
    papers,
    placeOf: new Map(papers.map((one, i) => [one, i])),
    score({ ids, weights, meaning, scale, common }, count) {
      const scores = Float64Array.from(papers.slice(0, count), (one) => {
        return MEANING_WEIGHT * agreement(meaning, one.meaning) - one.scale * common - one.common * scale
      })
      postings.addProducts({ ids, weights }, scores)
      return scores
    },
  }
}
