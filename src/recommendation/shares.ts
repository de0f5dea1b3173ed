import type { RankedPaper, Reason } from './taste.ts'

/**
 * A reason as a part of all that speaks for a paper: 1 is all of it, below 0 speaks against. `lost` is how much less would
 * speak for it without.
 */
export type ShareOfReason = { reason: Reason; share: number; lost: number }

/** The reasons of a paper with their shares, in the same order; none where nothing speaks for it. */
export function sharesOf({ score, reasons }: Pick<RankedPaper, 'score' | 'reasons'>): ShareOfReason[] {
  const told = sum(reasons.map(({ part }) => part))
  // What is left of the score are the acts that are not among the reasons.
  const forIt = sum(reasons.map(({ part }) => Math.max(0, part))) + Math.max(0, score - told)
  if (forIt <= 0) return []
  return reasons.map((reason) => ({ reason, share: reason.part / forIt, lost: reason.effect / forIt }))
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
