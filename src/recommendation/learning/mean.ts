import { driveInTurns, mapInTurns } from '../../runtime/in-turns.ts'
import type { Weighed } from './weigh-words.ts'
import { numberWords } from './word-table.ts'

/** So that nothing is divided by 0. */
export const SHORTEST = 1e-3

/** The length of what is left of a paper once the mean is taken out. */
export function lengthOf({ weights }: Weighed, common: number): number {
  const square = weights.reduce((sum, weight) => sum + weight * weight, 0)
  return Math.sqrt(Math.max(SHORTEST, square - 2 * common))
}

/** The mean of some papers. */
export type Mean = {
  /** What a paper has in common with the mean of the sample, less half of what that has with itself. */
  commonOf(words: Weighed): number
}

export async function meanOf(sample: readonly Weighed[]): Promise<Mean> {
  const { table, places } = await driveInTurns(numberWords(sample))
  const means = new Float64Array(table.words)
  let paper = 0
  await mapInTurns([...sample], ({ weights }) => {
    const at = places[paper++] ?? new Uint32Array()
    for (let i = 0; i < at.length; i++) {
      const place = at[i] ?? 0
      means[place] = (means[place] ?? 0) + (weights[i] ?? 0) / sample.length
    }
  })
  const own = means.reduce((sum, one) => sum + one * one, 0)
  const valueOf = await driveInTurns(table.valued((place) => means[place] ?? 0))
  return {
    commonOf({ ids, weights }) {
      let sum = 0
      for (let i = 0; i < ids.length; i++) sum += (weights[i] ?? 0) * valueOf(ids[i] ?? 0, 0)
      return sum - own / 2
    },
  }
}
