import { openExamples, type Examples } from './examples.ts'
import { likeness, type Features } from './features.ts'

/** What is to be put into groups: a paper by its meaning, or by its words where it has none. */
export type Groupable = { vector: Float32Array | null; features: Features; at: number }

/** Papers of one interest are on average as alike as this in meaning (cosine); words are rarer to agree. */
const ALIKE = { meaning: 0.45, words: 0.025 }

/**
 * Puts each of `items`, in order of time, to the group whose members it is most like on average, or to a new one where it is
 * like none, unless there are many. `groups` has the members of the groups that there are already, as places in `items`; answers
 * them with what was added, and new ones after them. What comes later never moves what is there, so interests keep what they are.
 */
export function group(items: readonly Groupable[], groups: readonly (readonly number[])[]): number[][] {
  const made = groups.map((members) => [...members])
  const placed = new Set(made.flat())
  const order = items
    .map((_, i) => i)
    .filter((i) => !placed.has(i))
    .toSorted((a, b) => (items[a]?.at ?? 0) - (items[b]?.at ?? 0) || a - b)
  let together: Examples | null = null
  for (const i of order) {
    const item = items[i]
    if (!item) continue
    let byWords: ArrayLike<number> | null = null
    /** 1 for two papers that are just alike enough to be of one interest. */
    const alike = (j: number): number => {
      const other = items[j]
      if (item.vector && other?.vector?.length === item.vector.length)
        return likeness(item.vector, other.vector) / ALIKE.meaning
      // Where one has no meaning, this is of words alone.
      together ??= openExamples(items.map(({ features }) => features))
      byWords ??= together.kinships(item.features)
      return (byWords[j] ?? 0) / ALIKE.words
    }
    let best: number[] | null = null
    let most = -Infinity
    for (const members of made) {
      if (members.length === 0) continue
      // The newest say what an interest has become, and bound the work.
      const looked = members.slice(-MOST_LOOKED_AT)
      const mean = looked.reduce((sum, j) => sum + alike(j), 0) / looked.length
      if (mean >= most) {
        most = mean
        best = members
      }
    }
    if (best && (most >= 1 || made.length >= MOST_GROUPS)) best.push(i)
    else made.push([i])
  }
  return made
}

const MOST_LOOKED_AT = 12
/** More interests than these nobody tells apart, and each is learned by itself. */
const MOST_GROUPS = 24
