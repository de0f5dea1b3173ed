/**
 * Trending heat is exponentially decayed attention, kept in log space by forward decay: G. Cormode, V. Shkapenyuk,
 * D. Srivastava, B. Xu, "Forward Decay: A Practical Time Decay Model for Streaming Systems", ICDE 2009.
 *
 *     heat = log2 Σ wᵢ · 2^((tᵢ − epoch) / H)
 *
 * Every event's share grows with its time instead of shrinking with age, so the order of papers never changes as time
 * passes: it can be stored, indexed, and updated by one addition when an event arrives.
 */

/** H: after this time an event counts half as much as a new one, in milliseconds. */
export const HALF_LIFE_MS = 48 * 3_600_000

/** Any fixed instant does: it shifts every heat alike. */
const EPOCH_MS = Date.UTC(2020, 0, 1)

/** What an event counts, published at /about/ranking. */
export const WEIGHTS = {
  /** An upvote at another site, as imported. */
  upvote: 0.1,
  /** A comment at another site, as imported. */
  commentElsewhere: 0.1,
  /** Standing on another site's list: the last place counts this much, the first twice. */
  listing: 1,
  /** A trusted reader's vote. */
  vote: 1,
  /** The vote of an account that is still new. */
  newVote: 0.1,
  /** A curator's pick, beside their vote. */
  pick: 5,
  /** A trusted reader's first comment on a paper. */
  comment: 0.5,
  /** A new star of a repository that belongs to the paper. */
  star: 0.02,
  /** A citation that was counted elsewhere. */
  citation: 0.5,
} as const

/** The weights of votes in tenths: whole numbers add up exactly. */
export const VOTE_POINTS = { vote: WEIGHTS.vote * 10, newVote: WEIGHTS.newVote * 10 } as const

/** log2 of what an event of `weight` (> 0) at an instant adds: `log2 w + (t − epoch) / H`. */
export function eventHeat(weight: number, at: Date): number {
  return Math.log2(weight) + (at.getTime() - EPOCH_MS) / HALF_LIFE_MS
}

/** The heat of both together: `log2(2^a + 2^b)`, without overflow. `-Infinity` is the heat of nothing. */
export function addHeat(a: number, b: number): number {
  const [high, low] = a >= b ? [a, b] : [b, a]
  if (low === -Infinity) return high
  return high + Math.log2(1 + 2 ** (low - high))
}

/**
 * The heat without an event that is part of it: `log2(2^heat − 2^event)`. null when the event is half of it or more:
 * what is left would be the difference of two nearly equal numbers, and must be calculated from the events themselves.
 */
export function withoutHeat(heat: number, event: number): number | null {
  return event - heat > -1 ? null : heat + Math.log2(1 - 2 ** (event - heat))
}

/** How much decayed attention a heat stands for at an instant: `Σ wᵢ · 2^((tᵢ − now) / H)`. */
export function attentionAt(heat: number, now: Date): number {
  return 2 ** (heat - (now.getTime() - EPOCH_MS) / HALF_LIFE_MS)
}

/** The weight of standing on another site's list of `of` papers at place `rank`; of an unordered list, the mean. */
export function listingWeight({ rank, of }: { rank?: number; of?: number }): number {
  if (rank === undefined || of === undefined || of < 2) return WEIGHTS.listing * 1.5
  return WEIGHTS.listing * (1 + Math.max(0, of - rank) / (of - 1))
}
