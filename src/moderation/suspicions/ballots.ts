/**
 * How likely it is that honest readers vote alike: the model that rings are held against. Probabilities are given as minus
 * their log10: 6 is one in a million.
 */

/** Each account's votes: when it cast them (milliseconds), by paper. */
export type Ballots = ReadonlyMap<string, ReadonlyMap<number, number>>

/** What everyone voted for in the time that is looked at. */
export type Electorate = {
  /** By paper. */
  votesFor: ReadonlyMap<number, number>
  /** All votes, and how many readers cast them. */
  total: number
  voters: number
}

/** Accounts, the papers they are said to have in common, and what these are held against. */
type Meeting = { papers: readonly number[]; ballots: Ballots; electorate: Electorate }

/**
 * Honest readers are taken to vote in circles of so many like-minded people who see nothing but the circle's papers: two of them
 * meet far more often than if everyone chose from all papers.
 */
const CIRCLE = 150
/** What two voted for shortly after one another, they did so by chance with this probability: people read in the morning. */
const CLOSE_BY_CHANCE = 0.3
/** "Shortly": a person who runs several accounts may go through them in one sitting. */
const CLOSE_MS = 20 * 60_000
/** Meeting at a paper that readers vote for with a greater probability says nothing, however close. */
const MOST_TELLING = 0.1

/** How unlikely it is that an account voted for those of these papers that it did, `floor` being the least probability of each. */
export function unlikeliness(
  id: string,
  { papers, ballots, electorate: { votesFor, total, voters } }: Meeting,
  {
    floor = 0,
    isClose = () => false,
  }: { floor?: number; isClose?: (paper: number, at: number) => boolean } = {},
): number {
  const ballot = ballots.get(id)
  if (!ballot) return 0
  const circles = Math.max(1, voters / CIRCLE)
  let log = 0
  let met = 0
  for (const paper of papers) {
    const at = ballot.get(paper)
    if (at === undefined) continue
    // Its votes are drawn one after another: any of those left may be the one.
    const drawn = ((circles * (votesFor.get(paper) ?? 1)) / total) * (ballot.size - met)
    const chance = Math.max(floor, Math.min(1, drawn))
    log -= Math.log10(chance)
    if (chance < MOST_TELLING && isClose(paper, at)) log -= Math.log10(CLOSE_BY_CHANCE)
    met++
  }
  return Math.max(0, log - logChoices(papers.length, met))
}

/**
 * How unlikely it is that any group so large agrees on so many papers as these members do. One of them may have chosen the
 * papers; that the others did so too is what surprises.
 */
export function surpriseOf(
  members: readonly string[],
  meeting: Meeting,
  { floor = 0 }: { floor?: number } = {},
): number {
  const { papers, ballots, electorate } = meeting
  const times = new Map(
    papers.map((paper) => [paper, members.flatMap((id) => ballots.get(id)?.get(paper) ?? [])]),
  )
  const isClose = (paper: number, at: number) =>
    (times.get(paper) ?? []).filter((other) => Math.abs(other - at) <= CLOSE_MS).length > 1
  const each = members.map((id) => unlikeliness(id, meeting, { floor, isClose }))
  const others = each.reduce((sum, one) => sum + one, 0) - Math.max(...each)
  const longest = Math.max(...members.map((id) => ballots.get(id)?.size ?? 0))
  return others - logChoices(electorate.voters, members.length) - logChoices(longest, papers.length)
}

/**
 * What part of these papers like-minded readers vote for who are not among the members (0 to 1); 0 when there are none. Where there is
 * a circle of people who share a narrow interest, those who agree most are no ring: the others agree, too.
 */
export function agreementAround(members: readonly string[], meeting: Meeting): number {
  const { papers, ballots, electorate } = meeting
  const isMember = new Set(members)
  const agreements = [...ballots]
    .filter(([id]) => !isMember.has(id))
    .map(([id, ballot]) => ({ id, met: papers.filter((paper) => ballot.has(paper)) }))
    .filter(
      ({ id, met }) =>
        met.length > 1 && unlikeliness(id, { ...meeting, papers: met }) >= Math.log10(electorate.voters) + 1,
    )
    .map(({ met }) => met.length / papers.length)
    .toSorted((a, b) => b - a)
    .slice(0, 3)
  return agreements.length < 2 ? 0 : agreements.reduce((sum, one) => sum + one, 0) / agreements.length
}

/** log10 of in how many ways `some` can be chosen from `all`; nothing is to be chosen where there are no more. */
function logChoices(all: number, some: number): number {
  if (some >= all) return 0
  let log = 0
  for (let i = 1; i <= some; i++) log += Math.log10((all - some + i) / i)
  return log
}
