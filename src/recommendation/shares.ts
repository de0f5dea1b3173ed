import type { RankedPaper, Reason } from './taste.ts'

/**
 * A reason as a part of all that speaks for a paper: 1 is all of it, below 0 speaks against. `lost` is how much less would
 * speak for it without.
 */
export type ShareOfReason = { reason: Reason; share: number; lost: number }

/** The reasons of a paper with their shares, in the same order; none where nothing speaks for it. */
export function sharesOf({ forIt, reasons }: Pick<RankedPaper, 'forIt' | 'reasons'>): ShareOfReason[] {
  if (forIt <= 0) return []
  return reasons.map((reason) => ({ reason, share: reason.part / forIt, lost: reason.effect / forIt }))
}
