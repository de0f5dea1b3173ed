import { likeness, MEANING_WEIGHT, type Features } from './features.ts'
import type { LinearScore } from './paper-index.ts'
import { tableOf } from './word-table.ts'

/** Scores a paper for several interests in one pass over its words. */
export type Scorer = (paper: Features, into: Float64Array) => void

/** Examples by their words: a paper is compared with all of them at once. */
export type Examples = {
  /** What a paper has in common with each (`kinship`), many times faster than one by one. */
  kinships(paper: Features): Float64Array
  /**
   * The scores of interests that are learned from them, by what each example counts in each. They are linear in a paper's words
   * and meaning, so the sums over examples are taken once, by word.
   */
  scorer(counts: readonly ArrayLike<number>[]): Scorer
  /** The score of one of them, for all papers of an index. */
  linear(counts: ArrayLike<number>): LinearScore
}

export function openExamples(examples: readonly Features[]): Examples {
  const table = tableOf(examples)
  const placesOf = ({ ids }: Features) => {
    const places = new Int32Array(ids.length)
    for (let i = 0; i < ids.length; i++) places[i] = table.placeOf(ids[i] ?? 0)
    return places
  }
  const places = examples.map(placesOf)
  const spread = new Float32Array(table.words)
  return {
    kinships(paper) {
      const own = placesOf(paper)
      for (let i = 0; i < own.length; i++) {
        const place = own[i] ?? -1
        if (place >= 0) spread[place] = paper.weights[i] ?? 0
      }
      const found = Float64Array.from(examples, (example, e) => {
        const at = places[e] ?? own
        const { weights } = example
        let words = -paper.scale * example.common - example.scale * paper.common
        for (let i = 0; i < at.length; i++) words += (weights[i] ?? 0) * (spread[at[i] ?? 0] ?? 0)
        return words + MEANING_WEIGHT * likeness(paper.meaning, example.meaning)
      })
      for (const place of own) if (place >= 0) spread[place] = 0
      return found
    },

    linear(counts) {
      const weights = new Float64Array(table.words)
      const dimensions = examples.reduce((most, { meaning }) => Math.max(most, meaning?.length ?? 0), 0)
      const meaning = new Float64Array(dimensions)
      let scale = 0
      let common = 0
      for (const [e, example] of examples.entries()) {
        const count = counts[e] ?? 0
        scale += count * example.scale
        common += count * example.common
        for (const [i, place] of places[e]?.entries() ?? [])
          weights[place] = (weights[place] ?? 0) + count * (example.weights[i] ?? 0)
        for (let d = 0; d < (example.meaning?.length ?? 0); d++)
          meaning[d] = (meaning[d] ?? 0) + count * (example.meaning?.[d] ?? 0)
      }
      return { ids: table.ids(), weights, meaning: dimensions > 0 ? meaning : null, scale, common }
    },

    scorer(counts) {
      const n = counts.length
      const weights = new Float64Array(table.words * n)
      const dimensions = examples.reduce((most, { meaning }) => Math.max(most, meaning?.length ?? 0), 0)
      const meanings = new Float64Array(dimensions * n)
      // What kinship takes off for what all papers have in common: sums of the examples' scales and of what is common to them.
      const scales = new Float64Array(n)
      const commons = new Float64Array(n)
      const own = new Float64Array(n)
      for (const [e, { weights: values, meaning, scale, common }] of examples.entries()) {
        for (let m = 0; m < n; m++) {
          const count = counts[m]?.[e] ?? 0
          own[m] = count
          scales[m] = (scales[m] ?? 0) + count * scale
          commons[m] = (commons[m] ?? 0) + count * common
          if (meaning)
            for (let d = 0; d < dimensions; d++)
              meanings[m * dimensions + d] =
                (meanings[m * dimensions + d] ?? 0) + count * MEANING_WEIGHT * (meaning[d] ?? 0)
        }
        for (const [i, place] of places[e]?.entries() ?? []) {
          const at = place * n
          const value = values[i] ?? 0
          for (let m = 0; m < n; m++) weights[at + m] = (weights[at + m] ?? 0) + (own[m] ?? 0) * value
        }
      }
      return (paper, into) => {
        for (let m = 0; m < n; m++)
          into[m] = -paper.scale * (commons[m] ?? 0) - paper.common * (scales[m] ?? 0)
        for (let i = 0; i < paper.ids.length; i++) {
          const place = table.placeOf(paper.ids[i] ?? 0)
          if (place < 0) continue
          const weight = paper.weights[i] ?? 0
          const at = place * n
          for (let m = 0; m < n; m++) into[m] = (into[m] ?? 0) + weight * (weights[at + m] ?? 0)
        }
        if (paper.meaning?.length !== dimensions) return
        for (let m = 0; m < n; m++) {
          let sum = 0
          for (let d = 0; d < dimensions; d++)
            sum += (meanings[m * dimensions + d] ?? 0) * (paper.meaning[d] ?? 0)
          into[m] = (into[m] ?? 0) + sum
        }
      }
    },
  }
}
