import type { Learnt, LearntInterest } from './learn.ts'
import type { KnownPaper } from './known-paper.ts'
import type { Reason } from './taste.ts'

/** Reasons that are told of a paper. */
const TOLD = 6
/** What adds less than this part of all says nothing. */
const LEAST = 0.01

/** Which acts bring a paper to its place in an interest, and which speak against it, the strongest first. */
export function reasonsFor(
  paper: KnownPaper,
  { interest, learnt }: { interest: LearntInterest; learnt: Learnt },
): { reasons: Reason[]; moreReasons: number; forIt: number } {
  if (!interest.model) return { reasons: [], moreReasons: 0, forIt: 0 }
  const { parts, effects } = interest.model.explain(learnt.together.kinships(paper.features))
  const all = learnt.examples
    .map(({ act }, i) => ({
      act,
      part: (parts[i] ?? 0) * interest.boost,
      effect: (effects[i] ?? 0) * interest.boost,
    }))
    .toSorted((a, b) => Math.abs(b.part) - Math.abs(a.part))
  const forIt = all.reduce((sum, { part }) => sum + Math.max(0, part), 0)
  const telling = all.filter(({ part }) => Math.abs(part) >= LEAST * forIt)
  return { reasons: telling.slice(0, TOLD), moreReasons: Math.max(0, telling.length - TOLD), forIt }
}
