import type { LearntInterest } from './learn.ts'
import type { Scorer } from './learning/examples.ts'
import type { KnownPaper } from './papers-in-memory.ts'

/** A paper with what speaks for it. */
export type ScoredPaper = {
  paper: KnownPaper
  /** Of each interest, in their order; 0 for those that do not count now. */
  byInterest: Float64Array
  /** What else speaks for it: followed authors and topics, and a little what others think of it. */
  besides: number
  topic: string | null
  author: string | null
}

export type PlacedPaper = {
  paper: KnownPaper
  score: number
  /** The interest that it scores best in, by its place. */
  interest: number | null
  isLikely: boolean
  isOutside: boolean
  topic: string | null
  author: string | null
}

/** Beside scores of interests, where a paper that matters has some 0.1 to 0.4. */
const FOLLOWED = { author: 0.4, topic: 0.04 }
/** What each doubling of attention adds: it decides between papers of which little else is known. */
const ATTENTION = 0.002

/** `score` fills in the interests that have a model, in order. */
export function scorePapers(
  papers: readonly KnownPaper[],
  {
    interests,
    score,
    topics,
    byAuthor,
  }: {
    interests: readonly LearntInterest[]
    score: Scorer
    topics: ReadonlySet<string>
    byAuthor: ReadonlyMap<number, string>
  },
): ScoredPaper[] {
  const places = interests.flatMap(({ model }, place) => (model ? [place] : []))
  const into = new Float64Array(places.length)
  return papers.map((paper) => {
    score(paper.features, into)
    const byInterest = new Float64Array(interests.length)
    for (const [i, place] of places.entries())
      byInterest[place] = (into[i] ?? 0) * (interests[place]?.boost ?? 1)
    const topic = paper.topics.find((topic) => topics.has(topic)) ?? null
    const author = byAuthor.get(paper.id) ?? null
    const besides =
      (author === null ? 0 : FOLLOWED.author) +
      (topic === null ? 0 : FOLLOWED.topic) +
      ATTENTION * Math.log2(1 + Math.max(0, paper.attention))
    return { paper, byInterest, besides, topic, author }
  })
}

/** One paper in so many is from outside the reader's interests. */
const OUTSIDE_EVERY = 12
/** Each interest has a paper among so many at the head. */
const HEAD = 10
/** An interest that a reader has acted on so often is one. */
const LEAST_ACTS = 2

/**
 * The papers in order: what was not seen before comes first. `only`: the place of one interest, or -1 for one that is not there.
 * `mixed`: each interest has a place among the first, and a few papers are from outside.
 */
export function orderPapers(
  scored: readonly ScoredPaper[],
  {
    interests,
    seen,
    only,
    mixed,
  }: {
    interests: readonly LearntInterest[]
    seen: ReadonlySet<number>
    only: number | null
    mixed: boolean
  },
): PlacedPaper[] {
  // Interests hear of each other's papers, so one alone would find nearly what all do: a paper is of that which it scores best in.
  const asked = scored.flatMap((one) => {
    const best = bestOf(one.byInterest, interests)
    return only === null || only === best ? { one, best } : []
  })
  const placed = asked.map(({ one, best: interest }): PlacedPaper => {
    const of = interest === null ? undefined : interests[interest]
    const own = interest === null ? 0 : (one.byInterest[interest] ?? 0)
    const isLikely = of?.model !== null && of !== undefined && own >= of.likely * of.boost
    return {
      paper: one.paper,
      score: only === null ? own + one.besides : own,
      interest: of?.model ? interest : null,
      isLikely,
      isOutside: false,
      topic: one.topic,
      author: one.author,
    }
  })
  const sorted = (only === null ? placed : placed.filter(({ score }) => score > 0)).toSorted(
    (a, b) => b.score - a.score || b.paper.id - a.paper.id,
  )
  const fresh = sorted.filter(({ paper }) => !seen.has(paper.id))
  const before = sorted.filter(({ paper }) => seen.has(paper.id))
  if (!mixed || only !== null || interests.length === 0) return [...fresh, ...before]
  return [...withOutside(withEachInterest(fresh, interests)), ...before]
}

function bestOf(scores: Float64Array, interests: readonly LearntInterest[]): number | null {
  let best: number | null = null
  for (let i = 0; i < scores.length; i++) {
    if (!interests[i]?.model) continue
    if (best === null || (scores[i] ?? 0) > (scores[best] ?? 0)) best = i
  }
  return best
}

/** Lets each interest that has a likely paper be among the first: it takes the place of the last of one that has several. */
function withEachInterest(papers: PlacedPaper[], interests: readonly LearntInterest[]): PlacedPaper[] {
  const head = papers.slice(0, HEAD)
  const rest = papers.slice(HEAD)
  for (const [place, { acts, model }] of interests.entries()) {
    if (!model || acts.length < LEAST_ACTS || head.some(({ interest }) => interest === place)) continue
    const next = rest.findIndex(({ interest, isLikely }) => interest === place && isLikely)
    const [paper] = next < 0 ? [] : rest.splice(next, 1)
    if (!paper) continue
    const counts = Map.groupBy(head, ({ interest }) => interest)
    const giving = head.findLastIndex(({ interest }) => (counts.get(interest)?.length ?? 0) > 1)
    if (giving < 0) {
      rest.unshift(paper)
      continue
    }
    const [given] = head.splice(giving, 1)
    head.push(paper)
    if (given) rest.unshift(given)
  }
  return [...head, ...rest]
}

/** Puts the papers from outside that others think most of at every twelfth place. */
function withOutside(papers: PlacedPaper[]): PlacedPaper[] {
  const isOut = ({ isLikely, topic, author }: PlacedPaper) => !isLikely && topic === null && author === null
  const outside = papers
    .slice(OUTSIDE_EVERY)
    .filter(isOut)
    .toSorted((a, b) => b.paper.attention - a.paper.attention)
    .slice(0, Math.floor(papers.length / OUTSIDE_EVERY / 2))
  const taken = new Set(outside)
  const others = papers.filter((paper) => !taken.has(paper))
  const mixed: PlacedPaper[] = []
  for (const paper of others) {
    if (mixed.length % OUTSIDE_EVERY === OUTSIDE_EVERY - 1) {
      const out = outside.shift()
      if (out) mixed.push({ ...out, isOutside: true })
    }
    mixed.push(paper)
  }
  return [...mixed, ...outside]
}
