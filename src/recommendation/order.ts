import type { LearntInterest } from './learn.ts'
import type { PaperIndex } from './learning/paper-index.ts'
import type { KnownPaper } from './known-paper.ts'
import type { Scores } from './scores.ts'

/** A paper with what speaks for it. */
export type ScoredPaper = {
  paper: KnownPaper
  /** The mean of what interests say of it. */
  overall: number
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

/** Papers with what speaks for each: what all interests say, or `only` the one at this place. */
export function scorePapers(
  papers: readonly KnownPaper[],
  {
    scores,
    index,
    only,
    topics,
    byAuthor,
  }: {
    scores: Scores
    index: PaperIndex
    only: number | null
    topics: ReadonlySet<string>
    byAuthor: ReadonlyMap<number, string>
  },
): ScoredPaper[] {
  const overall = scores.overall(papers, { only, index })
  return papers.map((paper, i) => {
    const topic = paper.topics.find((topic) => topics.has(topic)) ?? null
    const author = byAuthor.get(paper.id) ?? null
    const besides =
      (author === null ? 0 : FOLLOWED.author) +
      (topic === null ? 0 : FOLLOWED.topic) +
      ATTENTION * Math.log2(1 + Math.max(0, paper.attention))
    return { paper, overall: overall[i] ?? 0, besides, topic, author }
  })
}

/** One paper in so many is from outside the reader's interests. */
const OUTSIDE_EVERY = 12
/** Each interest has a paper among so many at the head. */
const HEAD = 10
/** An interest that a reader has acted on so often is one. */
const LEAST_ACTS = 2

/**
 * Papers that are put in order by what each interest says of them, those that all together say most of; the others stay in that
 * order. Interests hear of each other's papers, so these differ little, and asking each about thousands of papers takes many times
 * as long.
 */
const AT_ONCE = 100

/**
 * A page of the papers in order: what was not seen before comes first. `only`: the place of one interest, or -1 for one that is
 * not there. `mixed`: each interest has a place among the first, and a few papers are from outside. `total` tells whether more
 * follow; of one interest it does not count them all.
 */
export function orderPapers(
  scored: readonly ScoredPaper[],
  {
    interests,
    scores,
    seen,
    only,
    mixed,
    offset,
    limit,
  }: {
    interests: readonly LearntInterest[]
    scores: Scores
    seen: ReadonlySet<number>
    only: number | null
    mixed: boolean
    offset: number
    limit: number
  },
): { page: PlacedPaper[]; total: number } {
  const count = offset + limit + 1
  const leastLikely = Math.min(
    ...interests.flatMap(({ model, likely, boost }) => (model ? likely * boost : [])),
  )

  /** By what each interest says; null where only one is asked for and it is of another, or nothing speaks for it. */
  function place({ paper, besides, topic, author }: ScoredPaper): PlacedPaper | null {
    const each = scores.ofEach(paper)
    const interest = bestOf(each, interests)
    if (only !== null && only !== interest) return null
    const of = interest === null ? undefined : interests[interest]
    const own = interest === null ? 0 : (each[interest] ?? 0)
    const isLikely = of !== undefined && own >= of.likely * of.boost
    const score = only === null ? own + besides : own
    return only !== null && score <= 0
      ? null
      : { paper, score, interest, isLikely, isOutside: false, topic, author }
  }

  /** Not asked about: as good as what all say together. */
  const unasked = ({ paper, overall, besides, topic, author }: ScoredPaper): PlacedPaper => ({
    paper,
    score: overall + besides,
    interest: null,
    isLikely: overall >= leastLikely,
    isOutside: false,
    topic,
    author,
  })

  /** What is best by what all together say: of one interest alone by what that says. */
  const rank = ({ overall, besides }: ScoredPaper) => (only === null ? overall + besides : overall)
  const askedAbout = (papers: ScoredPaper[]) =>
    papers.flatMap((one) => place(one) ?? []).toSorted((a, b) => b.score - a.score || b.paper.id - a.paper.id)

  /** In an order that is the same whichever page of it is asked for; of one interest alone, the first `most` and some more. */
  function inOrder(papers: ScoredPaper[], most: number): PlacedPaper[] {
    if (most <= 0) return papers.map(unasked)
    const sorted = papers.toSorted((a, b) => rank(b) - rank(a) || b.paper.id - a.paper.id)
    if (only === null) return [...askedAbout(sorted.slice(0, AT_ONCE)), ...sorted.slice(AT_ONCE).map(unasked)]
    const placed: PlacedPaper[] = []
    for (let from = 0; from < sorted.length && placed.length < most; from += AT_ONCE)
      placed.push(...askedAbout(sorted.slice(from, from + AT_ONCE)))
    return placed
  }

  const asked = only === null ? scored : scored.filter(({ overall }) => overall > 0)
  const fresh = inOrder(
    asked.filter(({ paper }) => !seen.has(paper.id)),
    count,
  )
  const before = inOrder(
    asked.filter(({ paper }) => seen.has(paper.id)),
    count - fresh.length,
  )
  const isMixed = mixed && only === null && interests.length > 0
  const ordered = [...(isMixed ? withOutside(withEachInterest(fresh, interests)) : fresh), ...before]
  const page = ordered.slice(offset, offset + limit).map((placed) => {
    if (placed.interest !== null) return placed
    const one = asked.find(({ paper }) => paper === placed.paper)
    const known = one && place(one)
    return known ? { ...known, isOutside: placed.isOutside } : placed
  })
  return { page, total: ordered.length }
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
