import { HOUR_MS, placeUpvotes, type Stretch } from './events.ts'
import { FORMULAS, OURS } from './formulas.ts'
import { mean, meanAndError, measure, median, type Measured } from './measures.ts'
import { replay } from './replay.ts'

/** What one formula came to; shares from 0 to 1, `caught` in hours (`Infinity`: more than half never). */
export type Row = {
  name: string
  overlap: { 7: number; 3: number }
  ndcg: { 7: number; 3: number }
  /** Of nDCG (7 days), over the days; null for ours itself. */
  versusOurs: { mean: number; error: number } | null
  ageHours: number
  replaced: number
  caught: number
  within: number
  moved: number
}

export type Comparison = {
  meanHours: number
  /** Within how many hours half of the upvotes came. */
  medianHours: number
  days: number
  papersToCatchUp: number
  rows: Row[]
}

/** Under one seed; the moments are in the same order for all formulas. */
type Run = Measured & { moved: number[] }

/** Replays the stretches with every formula, under one mean delay of upvotes and several seeds. */
export function compareFormulas(
  stretches: Stretch[],
  { meanHours, seeds }: { meanHours: number; seeds: number[] },
): Comparison {
  const runsOf = new Map<string, Run[]>(FORMULAS.map(({ name }) => [name, []]))
  const delays: number[] = []
  for (const seed of seeds) {
    const played = stretches.map((stretch) => ({
      stretch,
      upvotes: placeUpvotes(stretch.papers, { meanHours, seed }),
    }))
    for (const { stretch, upvotes } of played)
      for (const { paper, at } of upvotes) delays.push(at - (stretch.papers[paper]?.listedAt ?? NaN))
    for (const formula of FORMULAS) {
      const run: Run = { moments: [], reached: [], moved: [] }
      for (const { stretch, upvotes } of played) {
        const replayed = replay(stretch, upvotes, formula)
        const { moments, reached } = measure(stretch, replayed)
        run.moments.push(...moments)
        run.reached.push(...reached)
        run.moved.push(replayed.movedByTime)
      }
      runsOf.get(formula.name)?.push(run)
    }
  }
  const ours = runsOf.get(OURS.name) ?? []
  return {
    meanHours,
    medianHours: median(delays) / HOUR_MS,
    days: ours[0]?.moments.length ?? 0,
    papersToCatchUp: ours[0]?.reached.length ?? 0,
    rows: [...runsOf].map(([name, runs]) => sumUp(name, { runs, ours })),
  }
}

function sumUp(name: string, { runs, ours }: { runs: Run[]; ours: Run[] }): Row {
  const moments = runs.flatMap((run) => run.moments)
  const reached = runs.flatMap((run) => run.reached)
  // A window in which nothing was listed has no best.
  const average = (part: (moment: (typeof moments)[number]) => number) =>
    mean(moments.map(part).filter(Number.isFinite))
  const oursByDay = ndcgByDay(ours)
  return {
    name,
    overlap: { 7: average(({ fits }) => fits[7].overlap), 3: average(({ fits }) => fits[3].overlap) },
    ndcg: { 7: average(({ fits }) => fits[7].ndcg), 3: average(({ fits }) => fits[3].ndcg) },
    versusOurs:
      runs === ours ? null : meanAndError(ndcgByDay(runs).map((ndcg, day) => ndcg - (oursByDay[day] ?? NaN))),
    ageHours: average(({ ageHours }) => ageHours),
    replaced: average(({ replaced }) => replaced),
    caught: median(reached),
    within: reached.filter(Number.isFinite).length / reached.length,
    moved: mean(runs.flatMap((run) => run.moved)),
  }
}

/** Each day's nDCG (7 days), the mean over the seeds. */
function ndcgByDay(runs: Run[]): number[] {
  return (runs[0]?.moments ?? []).map((_, day) =>
    mean(runs.map(({ moments }) => moments[day]?.fits[7].ndcg ?? NaN)),
  )
}
