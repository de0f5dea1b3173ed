import { DAY_MS, HOUR_MS, type ListedPaper, type Stretch, type Upvote } from './events.ts'
import type { Formula, Ranker } from './formulas.ts'

export const TOP = 10
const LONG_TOP = 100

/** What a formula put on top at every full hour of a stretch, from its first midnight: numbers of papers, best first. */
export type Replayed = {
  tops: number[][]
  /** Of the hundred on top at the end, how many stand elsewhere a day later though nothing happened. */
  movedByTime: number
}

/** Has the events of a stretch happen one after another, and asks the formula at every full hour. */
export function replay(stretch: Stretch, upvotes: Upvote[], formula: Formula): Replayed {
  const { papers, from, to } = stretch
  const ranker = formula.start(papers)
  const tops: number[][] = []
  let listed = 0
  let happened = 0
  const until = to + DAY_MS
  for (let now = from; now <= until; now += HOUR_MS) {
    for (; (papers[listed]?.listedAt ?? Infinity) <= now; listed++) ranker.listed(listed)
    for (; (upvotes[happened]?.at ?? Infinity) <= now; happened++) {
      const { paper, at } = upvotes[happened] as Upvote
      ranker.upvoted(paper, at)
    }
    tops.push(best(papers, ranker, { count: TOP, among: listed, now }))
  }
  const [before, after] = [until, until + DAY_MS].map((now) =>
    best(papers, ranker, { count: LONG_TOP, among: listed, now }),
  )
  const movedByTime = before?.filter((paper, place) => after?.[place] !== paper).length ?? 0
  return { tops, movedByTime }
}

/** The papers with the highest scores; of equal ones the newest, then by lot. */
function best(
  papers: ListedPaper[],
  ranker: Ranker,
  { count, among, now }: { count: number; among: number; now: number },
): number[] {
  const found: { paper: number; score: number; listedAt: number; lot: number }[] = []
  for (let paper = 0; paper < among; paper++) {
    const { listedAt, lot } = papers[paper] as ListedPaper
    const one = { paper, score: ranker.score(paper, now), listedAt, lot }
    const last = found.length < count ? undefined : found.at(-1)
    if (last && order(last, one) <= 0) continue
    if (last) found.pop()
    const place = found.findIndex((other) => order(other, one) > 0)
    found.splice(place < 0 ? found.length : place, 0, one)
  }
  return found.map(({ paper }) => paper)
}

type Place = { score: number; listedAt: number; lot: number }

function order(a: Place, b: Place): number {
  // The difference of two infinities would be no number.
  if (a.score !== b.score) return b.score > a.score ? 1 : -1
  return b.listedAt - a.listedAt || b.lot - a.lot
}
