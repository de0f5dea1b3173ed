import { DAY_MS, HOUR_MS, type ListedPaper, type Stretch } from './events.ts'
import { TOP, type Replayed } from './replay.ts'

const WARM_UP_DAYS = 7
const READING_HOUR = 18
/** How many of a day's papers are its best. */
const BEST_OF_DAY = 5
/** How long they are given to come up. */
const PATIENCE_HOURS = 72

/** Of one moment: against what was best in the end of the papers listed in the last 7 and 3 days. */
type Fit = { overlap: number; ndcg: number }
type Moment = { fits: { 7: Fit; 3: Fit }; ageHours: number; replaced: number }

/** What was seen of a formula in one stretch. `reached`: hours, `Infinity` for never. */
export type Measured = { moments: Moment[]; reached: number[] }

export const DEFINITIONS = [
  `read: daily at ${READING_HOUR}:00 UTC after a warm-up of ${WARM_UP_DAYS} days in each stretch; the top ${TOP} of all papers listed so far in it; of equals the newest first, then by lot`,
  `overlap: share of the top ${TOP} that has at least as many upvotes in the end as the ${TOP}th best of the papers listed in the last 7 (3) days, and is one of those`,
  `nDCG: sum of upvotes in the end / log2(place + 1) over the top ${TOP}, papers older than 7 (3) days counting nothing, divided by that of the best possible list`,
  `age: mean hours since listing in the top ${TOP}. new/day: share of the top ${TOP} that was not in it 24 hours before`,
  `caught: median hours until a paper first reaches the top ${TOP}, of those that end among the ${BEST_OF_DAY} best of their day, looked at every hour; within: share that does in ${PATIENCE_HOURS} hours`,
  'moved: of the first 100 places at the end of a stretch, how many hold another paper 24 hours later when no vote comes in between',
  'vs ours: difference of nDCG (7 days) to ours, mean over the days ± 1.96 standard errors (days depend on each other: take it as a lower bound of the uncertainty)',
]

/** The moments at which a stretch is read, as hours after its beginning. */
export function readingHours({ from, to }: Stretch): number[] {
  const days = Math.round((to - from) / DAY_MS) + 1
  return Array.from(
    { length: Math.max(0, days - WARM_UP_DAYS) },
    (_, i) => (WARM_UP_DAYS + i) * 24 + READING_HOUR,
  )
}

/** Measures what a formula had on top in a stretch. */
export function measure(stretch: Stretch, { tops }: Replayed): Measured {
  return {
    moments: readingHours(stretch).map((hour) => {
      const now = stretch.from + hour * HOUR_MS
      const top = tops[hour] ?? []
      const before = new Set(tops[hour - 24])
      const shown = top.flatMap((number) => stretch.papers[number] ?? [])
      return {
        fits: { 7: fit(stretch, shown, { now, days: 7 }), 3: fit(stretch, shown, { now, days: 3 }) },
        ageHours: mean(shown.map(({ listedAt }) => (now - listedAt) / HOUR_MS)),
        replaced: top.filter((number) => !before.has(number)).length / top.length,
      }
    }),
    reached: hoursUntilReached(stretch, tops),
  }
}

function fit({ papers }: Stretch, shown: ListedPaper[], { now, days }: { now: number; days: number }): Fit {
  const counts = ({ listedAt }: ListedPaper) => listedAt <= now && now - listedAt < days * DAY_MS
  const ideal = papers
    .filter(counts)
    .map(({ upvotes }) => upvotes)
    .toSorted((a, b) => b - a)
    .slice(0, TOP)
  const least = ideal.at(-1) ?? Infinity
  const gains = shown.map((paper) => (counts(paper) ? paper.upvotes : 0))
  return {
    overlap: shown.filter((paper) => counts(paper) && paper.upvotes >= least).length / ideal.length,
    ndcg: discounted(gains) / discounted(ideal),
  }
}

function discounted(gains: number[]): number {
  return gains.reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0)
}

function hoursUntilReached(stretch: Stretch, tops: number[][]): number[] {
  const { papers, from, to } = stretch
  const byDay = Map.groupBy(papers.keys(), (number) => papers[number]?.listedAt ?? 0)
  const reached: number[] = []
  for (const [day, numbers] of byDay) {
    // Later ones do not have their time in the stretch.
    if (day < from + WARM_UP_DAYS * DAY_MS || day + PATIENCE_HOURS * HOUR_MS > to + DAY_MS) continue
    const upvotes = numbers.map((number) => papers[number]?.upvotes ?? 0)
    const least = upvotes.toSorted((a, b) => b - a)[BEST_OF_DAY - 1] ?? 0
    const start = Math.round((day - from) / HOUR_MS)
    for (const number of numbers.filter((_, i) => (upvotes[i] ?? 0) >= least)) {
      // Not at the hour of listing, when a lot decides.
      const hours = tops.slice(start + 1, start + 1 + PATIENCE_HOURS).findIndex((top) => top.includes(number))
      reached.push(hours < 0 ? Infinity : hours + 1)
    }
  }
  return reached
}

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ]
  return low === high ? (low ?? NaN) : ((low ?? NaN) + (high ?? NaN)) / 2
}

/** The mean of values and 1.96 of its standard errors. */
export function meanAndError(values: number[]): { mean: number; error: number } {
  const average = mean(values)
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1)
  return { mean: average, error: 1.96 * Math.sqrt(variance / values.length) }
}
