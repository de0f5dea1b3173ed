import { agreementAround, surpriseOf, unlikeliness, type Ballots, type Electorate } from './ballots.ts'

/** Two accounts are looked at together from so many papers on that both voted for. */
export const PAIR_PAPERS = 3
/** A ring has at least so many papers in common. */
export const RING_PAPERS = 4
/** Two people may share a desk and a taste; three that always agree are worth a look. */
const RING_SIZE = 3
/** A ring has in common what this part of its members voted for: now and then one is forgotten. */
const MEMBERS_OF_PAPER = 0.7
/** And each member voted for this part of it. */
const PAPERS_OF_MEMBER = 0.7
/**
 * Of the papers that several of them voted for, weighed by how rare they are, at least this part is what all have in common:
 * people who share an interest agree in twos more often than in threes, and in threes more often than all together.
 */
const LEAST_COHESION = 0.5
/** "Several": this part of them, and two. */
const SEVERAL = 0.4
/** A ring is as unlikely among honest readers as one in 10^6, whoever might have agreed on whatever. */
const LEAST_SURPRISE = 6
/** Members of a ring cast at least this part of the votes for what they have in common: among many they change little. */
const LEAST_SHARE = 0.1
/** Pairs that are less remarkable are not looked at (minus log10): not even a ring of dozens would be made of them. */
const LEAST_STRENGTH = 1.5
/** How many of the most remarkable pairs are tried as beginnings of a ring, and how many accounts as its further members. */
const MOST_SEEDS = 1_000
const MOST_CANDIDATES = 200
const MOST_TRIED = 20
/** For so many accounts a group may grow without becoming less likely: of a large ring, the first ones say little. */
const PATIENCE = 6

/** Two accounts (`a` < `b`) that voted for several of the same papers. */
export type Pair = { a: string; b: string }
/** A vote of an account in a pair; `at` in milliseconds. */
export type Ballot = { readerId: string; paperId: number; at: number }
/**
 * Accounts that vote together, in order; the papers that they have in common; how unlikely that is among honest readers (minus
 * log10); the least likeness of two: of all that either voted for, the part both did; and their part of the votes.
 */
export type Ring = {
  members: string[]
  papers: number[]
  surprise: number
  likeness: number
  share: number
}

type Facts = { ballots: Ballots; electorate: Electorate }

/**
 * Finds the groups of at least three accounts that vote together beyond chance, at whatever pace: from the most remarkable pairs
 * on, each grows by the account that agrees most, while that makes it less likely. A step of the generator is a pair.
 */
export function* findGroups(
  pairs: Pair[],
  { votes, electorate }: { votes: Ballot[]; electorate: Electorate },
): Generator<void, Ring[]> {
  const ballots: Ballots = new Map(
    [...Map.groupBy(votes, ({ readerId }) => readerId)].map(([id, cast]) => [
      id,
      new Map(cast.map(({ paperId, at }) => [paperId, at])),
    ]),
  )
  const facts = { ballots, electorate }
  const seeds: (Pair & { strength: number })[] = []
  for (const pair of pairs) {
    yield
    const strength = strengthOf(pair, facts)
    if (strength >= LEAST_STRENGTH) seeds.push({ ...pair, strength })
  }
  seeds.sort((one, other) => other.strength - one.strength)
  const near = neighbours(seeds)
  const rings: Ring[] = []
  const taken = new Set<string>()
  /** Pairs within groups that were no rings. */
  const known = new Set<string>()
  for (const { a, b } of seeds.slice(0, MOST_SEEDS)) {
    yield
    if (taken.has(a) || taken.has(b) || known.has(`${a} ${b}`)) continue
    const candidates = [...new Set([...(near.get(a) ?? []), ...(near.get(b) ?? [])])]
      .filter((id) => id !== a && id !== b && !taken.has(id))
      .slice(0, MOST_CANDIDATES)
    const group = grow([a, b], { candidates, facts })
    if (group.length < RING_SIZE) continue
    const ring = judge(group, facts)
    if (ring) {
      rings.push(ring)
      for (const id of group) taken.add(id)
    } else for (const one of group) for (const other of group) known.add(`${one} ${other}`)
  }
  return rings
}

/** The accounts that pairs join to each, the most remarkable pair first. */
function neighbours(pairs: Pair[]): Map<string, Set<string>> {
  const near = new Map<string, Set<string>>()
  for (const { a, b } of pairs) {
    near.set(a, (near.get(a) ?? new Set()).add(b))
    near.set(b, (near.get(b) ?? new Set()).add(a))
  }
  return near
}

function strengthOf({ a, b }: Pair, facts: Facts): number {
  const papers = commonTo([a, b], facts.ballots)
  return Math.max(unlikeliness(a, { ...facts, papers }), unlikeliness(b, { ...facts, papers }))
}

/**
 * The group that a pair belongs to: the most surprising on the way, as it grows by the account that agrees most; the pair itself
 * when no account agrees with both.
 */
function grow(pair: string[], { candidates, facts }: { candidates: string[]; facts: Facts }): string[] {
  const { ballots } = facts
  let members = pair
  let left = candidates
  let best = { members: pair, surprise: -Infinity }
  for (let patience = PATIENCE; patience > 0; patience--) {
    const common = commonTo(members, ballots)
    const ordered = left
      .map((id) => ({
        id,
        unlikely: unlikeliness(id, {
          ...facts,
          papers: common.filter((paper) => ballots.get(id)?.has(paper)),
        }),
      }))
      .filter(({ unlikely }) => unlikely > 1)
      .toSorted((one, other) => other.unlikely - one.unlikely)
      .slice(0, MOST_TRIED)
    const found = ordered
      .values()
      .map(({ id }) => ({ id, joined: [...members, id], papers: commonTo([...members, id], ballots) }))
      .find(({ joined, papers }) => papers.length >= RING_PAPERS && areAllIn(joined, { papers, ballots }))
    if (!found) break
    members = found.joined
    left = left.filter((id) => id !== found.id)
    const surprise = surpriseOf(members, { ...facts, papers: found.papers })
    if (surprise > best.surprise) {
      best = { members, surprise }
      patience = PATIENCE
    }
  }
  return best.members
}

function judge(members: string[], facts: Facts): Ring | null {
  const papers = commonTo(members, facts.ballots)
  const meeting = { ...facts, papers }
  const share = shareOf(members, meeting)
  if (share < LEAST_SHARE || cohesionOf(members, meeting) < LEAST_COHESION) return null
  if (surpriseOf(members, meeting) < LEAST_SURPRISE) return null
  const surprise = surpriseOf(members, meeting, { floor: agreementAround(members, meeting) })
  if (surprise < LEAST_SURPRISE) return null
  return {
    members: members.toSorted(),
    papers: papers.toSorted((a, b) => a - b),
    surprise,
    likeness: likenessOf(members, facts.ballots),
    share,
  }
}

/** How many of them voted for each paper. */
function countsOf(members: readonly string[], ballots: Ballots): Map<number, number> {
  const counts = new Map<number, number>()
  for (const id of members)
    for (const paper of ballots.get(id)?.keys() ?? []) counts.set(paper, (counts.get(paper) ?? 0) + 1)
  return counts
}

function commonTo(members: readonly string[], ballots: Ballots): number[] {
  const least = Math.max(2, Math.ceil(MEMBERS_OF_PAPER * members.length))
  return [...countsOf(members, ballots)].filter(([, count]) => count >= least).map(([paper]) => paper)
}

function areAllIn(
  members: readonly string[],
  { papers, ballots }: { papers: number[]; ballots: Ballots },
): boolean {
  return members.every(
    (id) => papers.filter((paper) => ballots.get(id)?.has(paper)).length >= PAPERS_OF_MEMBER * papers.length,
  )
}

function shareOf(
  members: readonly string[],
  { papers, ballots, electorate: { votesFor } }: Facts & { papers: number[] },
): number {
  const counts = countsOf(members, ballots)
  const sum = (votes: (paper: number) => number | undefined) =>
    papers.reduce((all, paper) => all + (votes(paper) ?? 0), 0)
  return (
    sum((paper) => counts.get(paper)) /
    Math.max(
      1,
      sum((paper) => votesFor.get(paper)),
    )
  )
}

function cohesionOf(
  members: readonly string[],
  { papers, ballots, electorate: { votesFor } }: Facts & { papers: number[] },
): number {
  const common = new Set(papers)
  const several = Math.max(2, SEVERAL * members.length)
  let inCommon = 0
  let all = 0
  for (const [paper, count] of countsOf(members, ballots)) {
    if (count < several) continue
    const rarity = 1 / (votesFor.get(paper) ?? 1)
    all += rarity
    if (common.has(paper)) inCommon += rarity
  }
  return all === 0 ? 0 : inCommon / all
}

function likenessOf(members: readonly string[], ballots: Ballots): number {
  const all = members.map((id) => ballots.get(id) ?? new Map<number, number>())
  const pairs = all.flatMap((one, i) => all.slice(i + 1).map((other) => ({ one, other })))
  return Math.min(
    ...pairs.map(({ one, other }) => {
      const both = one
        .keys()
        .filter((paper) => other.has(paper))
        .toArray().length
      return both / (one.size + other.size - both)
    }),
  )
}

/** Whether a finding says nothing that an earlier one did not: nobody new, and hardly a paper more. */
export function isCovered(
  { members, paperIds }: { members: string[]; paperIds: number[] },
  earlier: { members: string[]; paperIds: number[] }[],
): boolean {
  return earlier.some(
    (known) =>
      members.every((id) => known.members.includes(id)) &&
      paperIds.filter((id) => !known.paperIds.includes(id)).length < RING_PAPERS,
  )
}
