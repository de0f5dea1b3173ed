import type { Learnt } from './learn.ts'
import type { Scorer } from './learning/examples.ts'
import type { PaperIndex } from './learning/paper-index.ts'
import type { KnownPaper } from './known-paper.ts'

/** What interests say of papers. */
export type Scores = {
  /** The mean of what all say that have a model, of each of these papers; of `only` the one at this place. */
  overall: (papers: readonly KnownPaper[], options: { only: number | null; index: PaperIndex }) => number[]
  /** What each says, in their order; 0 for those that have no model now. */
  ofEach: (paper: KnownPaper) => Float64Array
}

/** So many papers, and it is faster to score them by the index. */
const MANY = 100

/** The scores that a reader's interests give. */
export function openScores({ interests, together }: Pick<Learnt, 'interests' | 'together'>): Scores {
  const places = interests.flatMap(({ model }, place) => (model ? [place] : []))
  const boosted = places.map((place) => {
    const { model, boost = 1 } = interests[place] ?? {}
    return model ? model.counts.map((count) => count * boost) : new Float64Array()
  })
  const found = new WeakMap<KnownPaper, Float64Array>()
  let each: Scorer | null = null
  let all: { index: PaperIndex; scores: Float64Array } | null = null

  function meanOf(only: number | null): Float64Array {
    const counted = only === null ? boosted : boosted.filter((_, i) => places[i] === only)
    const mean = new Float64Array(counted[0]?.length ?? 0)
    for (const counts of counted)
      for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] ?? 0) + (counts[i] ?? 0) / counted.length
    return mean
  }

  /** The scores of the first papers of the index, `count` at least. */
  function scoresOfFirst(
    count: number,
    { only, index }: { only: number | null; index: PaperIndex },
  ): Float64Array {
    if (only === null && all?.index === index && all.scores.length >= count) return all.scores
    const scores = index.score(together.linear(meanOf(only)), count)
    if (only === null) all = { index, scores }
    return scores
  }

  return {
    overall(papers, { only, index }) {
      const places = papers.map(({ features }) => index.placeOf.get(features) ?? -1)
      const reach = 1 + places.reduce((most, place) => Math.max(most, place), -1)
      const first = papers.length < MANY || reach === 0 ? null : scoresOfFirst(reach, { only, index })
      let score: Scorer | null = null
      const into = new Float64Array(1)
      return papers.map(({ features }, i) => {
        const known = first?.[places[i] ?? -1]
        if (known !== undefined) return known
        score ??= together.scorer([meanOf(only)])
        score(features, into)
        return into[0] ?? 0
      })
    },
    ofEach(paper) {
      const known = found.get(paper)
      if (known) return known
      each ??= together.scorer(boosted)
      const into = new Float64Array(places.length)
      each(paper.features, into)
      const scores = new Float64Array(interests.length)
      for (const [i, place] of places.entries()) scores[place] = into[i] ?? 0
      found.set(paper, scores)
      return scores
    },
  }
}
