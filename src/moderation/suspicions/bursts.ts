import { binomialSurprise, poissonSurprise } from './chance.ts'

/** A burst is at least so many votes for one paper … */
export const BURST_VOTES = 8
/** … within so long. */
export const BURST_MS = 30 * 60_000
/** An account is young for so long: it costs nothing to make, but some patience to let it grow old. */
export const YOUNG_MS = 7 * 24 * 3_600_000
/** Most of a burst's votes, when they are said to come from young accounts. */
const YOUNG_SHARE = 0.7
/**
 * So many young accounts must be as unlikely as one in 10^5, given how many of the site's other votes come from such: where
 * everybody is new, nothing is wrong with that.
 */
const YOUNG_SURPRISE = 5
/** Even where old accounts cast all other votes, young ones may come: this part is never a surprise by itself. */
const LEAST_YOUNG = 0.05
/** Beyond what the paper's other votes let expect, by this factor … */
const RATE_MULTIPLE = 10
/** … and as unlikely as one in 10^9: a good paper may well be found by many at once. */
const RATE_SURPRISE = 9
/** Votes that any paper may get at once: so even a seminar of a dozen that has just read one is no surprise. */
const ALWAYS_EXPECTED = 1.5
/** The site's votes in slots of half an hour, by the start of each in milliseconds. */
export type SlotCounts = ReadonlyMap<number, number>
/** A burst is compared with what comes within so long before it and after. */
export const AROUND_MS = 12 * 3_600_000

/** The busiest half hour of a paper: votes, how many came from young accounts; and its votes in the day around it. */
export type BurstWindow = {
  paperId: number
  from: Date
  votes: number
  young: number
  around: number
}

export type Burst = BurstWindow & {
  expected: number
  youngUsually: number
  because: 'young' | 'rate'
}

/** Which half hours are out of the ordinary. `all`: the votes of the whole site, and those of young accounts among them. */
export function burstsAmong(
  windows: BurstWindow[],
  { slots, all }: { slots: SlotCounts; all: { votes: number; young: number } },
): Burst[] {
  const found = windows.flatMap((window): Burst[] => {
    if (window.votes < BURST_VOTES) return []
    const expected = expectedVotes(window, slots)
    // Laplace's rule of succession: little is known where there are few other votes.
    const youngUsually = (all.young - window.young + 1) / (all.votes - window.votes + 2)
    const isYoung =
      window.young >= YOUNG_SHARE * window.votes &&
      binomialSurprise(window.young, window.votes, Math.max(LEAST_YOUNG, youngUsually)) >= YOUNG_SURPRISE
    const isSudden =
      window.votes >= RATE_MULTIPLE * expected && poissonSurprise(window.votes, expected) >= RATE_SURPRISE
    if (!isYoung && !isSudden) return []
    return [{ ...window, expected, youngUsually, because: isYoung ? 'young' : 'rate' }]
  })
  // One finding a paper: the one of young accounts says more.
  return [...Map.groupBy(found, ({ paperId }) => paperId).values()].flatMap((ofPaper) =>
    ofPaper.toSorted((a, b) => Number(b.because === 'young') - Number(a.because === 'young')).slice(0, 1),
  )
}

/**
 * How many votes the paper would have got in the window, had its votes come as those of the whole site did on that day: in
 * the morning, when the mail comes, every paper has its burst.
 */
function expectedVotes({ from, votes, around }: BurstWindow, slots: SlotCounts): number {
  const within = (begin: number, end: number) =>
    slots
      .entries()
      .map(([slot, count]) => count * overlap(slot, slot + BURST_MS, begin, end))
      .reduce((sum, part) => sum + part, 0)
  const begin = from.getTime()
  const here = Math.max(0, within(begin, begin + BURST_MS) - votes)
  const elsewhere = Math.max(1, here, within(begin - AROUND_MS, begin + AROUND_MS) - around)
  return Math.max(ALWAYS_EXPECTED, ((around - votes + 1) * here) / elsewhere)
}

/** The part of one span that lies in another, 0 to 1. */
function overlap(from: number, to: number, begin: number, end: number): number {
  return Math.max(0, Math.min(to, end) - Math.max(from, begin)) / (to - from)
}
