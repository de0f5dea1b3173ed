import { poissonSurprise } from './chance.ts'

/** Two accounts count as voting together from so many papers on that both voted for shortly after one another. */
export const PAIR_PAPERS = 4
/** "Shortly": a person who runs several accounts goes through them in one sitting. */
export const CLOSE_MS = 20 * 60_000
/** Of all that either voted for, both did at least this part: who has interests of their own votes apart, too. */
const LEAST_LIKENESS = 0.5
/** A meeting must be as unlikely as one in 10^5, given how much both vote and how popular their papers are … */
const LEAST_SURPRISE = 5
/**
 * … where of the papers that two both voted for, this part is taken to fall close together by chance: people read in the
 * morning, when the mail comes.
 */
const CLOSE_BY_CHANCE = 0.2
/** Two people may share a desk and a taste; three that all do so are worth a look. */
const RING_SIZE = 3
/**
 * Members of a ring make up at least this part of the votes for what they vote for. Readers who all like what everybody
 * likes are few among many there.
 */
export const LEAST_SHARE = 0.1

/** Two accounts (`a` < `b`) that voted close together for `together` papers. */
export type Pair = { a: string; b: string; together: number }
/** How many votes an account gave, and the sum of the votes that its papers have. */
export type Voter = { votes: number; popularity: number }
/** Accounts joined by voting together, in order, with the least likeness and the greatest surprise of their pairs. */
export type Ring = { members: string[]; likeness: number; surprise: number }

/** Which pairs vote together beyond chance. `total`: all votes in the time that is looked at. */
export function arrangedPairs(
  pairs: Pair[],
  { voters, total }: { voters: ReadonlyMap<string, Voter>; total: number },
): (Pair & { likeness: number; surprise: number })[] {
  return pairs.flatMap((pair) => {
    const a = voters.get(pair.a)
    const b = voters.get(pair.b)
    if (!a || !b || pair.together < PAIR_PAPERS) return []
    const likeness = pair.together / (a.votes + b.votes - pair.together)
    // Had b given its votes by chance, to papers as often as they are voted for: how many would have met those of a.
    const met = Math.min((b.votes * a.popularity) / total, (a.votes * b.popularity) / total)
    const surprise = poissonSurprise(pair.together, CLOSE_BY_CHANCE * met)
    return likeness >= LEAST_LIKENESS && surprise >= LEAST_SURPRISE ? [{ ...pair, likeness, surprise }] : []
  })
}

/** The groups of at least three accounts that pairs join, directly or through others. */
export function ringsOf(pairs: (Pair & { likeness: number; surprise: number })[]): Ring[] {
  const parents = new Map<string, string>()
  const rootOf = (id: string): string => {
    let root = id
    for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root)) root = parent
    // Whoever asks next has a short way.
    for (let at = id; at !== root;) {
      const next = parents.get(at) ?? root
      parents.set(at, root)
      at = next
    }
    return root
  }
  for (const { a, b } of pairs) {
    const [one, other] = [rootOf(a), rootOf(b)]
    if (one !== other) parents.set(other, one)
  }
  return [...Map.groupBy(pairs, ({ a }) => rootOf(a)).values()]
    .map((joined) => ({
      members: [...new Set(joined.flatMap(({ a, b }) => [a, b]))].toSorted(),
      likeness: Math.min(...joined.map(({ likeness }) => likeness)),
      surprise: Math.max(...joined.map(({ surprise }) => surprise)),
    }))
    .filter(({ members }) => members.length >= RING_SIZE)
}

/** What a ring's members voted for together: papers that at least half of them (and two) did. */
export function sharedPapers<Vote extends { paperId: number }>(
  votes: Vote[],
  { members }: { members: number },
): Map<number, Vote[]> {
  const byPaper = Map.groupBy(votes, ({ paperId }) => paperId)
  return new Map([...byPaper].filter(([, theirs]) => theirs.length >= Math.max(2, members / 2)))
}

/** Whether a finding says nothing that an earlier one did not: nobody new, and hardly a paper more. */
export function isCovered(
  { members, paperIds }: { members: string[]; paperIds: number[] },
  earlier: { members: string[]; paperIds: number[] }[],
): boolean {
  return earlier.some(
    (known) =>
      members.every((id) => known.members.includes(id)) &&
      paperIds.filter((id) => !known.paperIds.includes(id)).length < PAIR_PAPERS,
  )
}
