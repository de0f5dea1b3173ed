import type { Features } from './features.ts'
import { tellCrowding } from './crowding.ts'
import type { Weighed } from './weigh-words.ts'
import { lengthOf, meanOf } from './mean.ts'

/**
 * Turns words and meanings into what papers are compared by. Two things are taken out that are of no reader: what all papers have
 * in common (their mean is subtracted), and how crowded a field is: in one that hundreds of papers share, much likeness says
 * little, so the features of a paper that is much like its nearest are short ones. (Local scaling: Zelnik-Manor and Perona 2004;
 * Jégou, Harzallah, Schmid 2007. Both raise what is found on readers' histories: docs/decisions/027.)
 */
export type Comparison = {
  /** `self`: the place of the paper in the sample, when it is there. */
  ofPaper(words: Weighed, meaning: Float32Array | null, self?: number): Features
  /** A text of a few words, which has no field of its own. */
  ofText(words: Weighed): Features
}

/** How much shorter features are where it is more crowded: by this power. */
const POWER = 0.8
/** With fewer papers, what they have in common is chance, and nothing is taken out. */
const LEAST = 200
/** No paper is taken for more than four times as crowded as usual, or less than a quarter. */
const BOUNDS = { least: 0.25, most: 4 }

/**
 * `papers`: a sample of the collection by words and pairs of words alone, 65,536 at most; `whole`: some of them, spread over it,
 * with all that they are compared by.
 */
export async function learnComparison({
  papers,
  whole,
}: {
  papers: readonly Weighed[]
  whole: readonly Weighed[]
}): Promise<Comparison> {
  const isLarge = papers.length >= LEAST
  const mean = await meanOf(isLarge ? whole : [])
  const crowding = isLarge ? await tellCrowding(papers) : null

  function scaled(
    words: Weighed,
    meaning: Float32Array | null,
    common: number,
    scale: number,
    by: number,
  ): Features {
    return {
      ids: words.ids,
      weights: words.weights.map((weight) => weight * scale),
      meaning: meaning && (by === 1 ? meaning : meaning.map((value) => value * by)),
      scale,
      common: common * scale,
    }
  }
  const without = (meaning: Float32Array | null): Features => ({ ...NO_WORDS, meaning })
  return {
    ofPaper(words, meaning, self = -1) {
      if (words.ids.length === 0) return without(meaning)
      const common = mean.commonOf(words)
      const crowded = crowding ? crowding(words, self) : 1
      const by = Math.min(BOUNDS.most, Math.max(BOUNDS.least, crowded)) ** -POWER
      return scaled(words, meaning, common, by / lengthOf(words, common), by)
    },
    ofText(words) {
      if (words.ids.length === 0) return without(null)
      const common = mean.commonOf(words)
      return scaled(words, null, common, 1 / lengthOf(words, common), 1)
    },
  }
}

const NO_WORDS = { ids: new Uint32Array(), weights: new Float32Array(), scale: 0, common: 0 }
