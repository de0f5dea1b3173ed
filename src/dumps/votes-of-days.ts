import { addHeat, eventHeat, HALF_LIFE_MS } from '../ranking/heat.ts'

/** The votes of one day (in UTC) on a paper as one event: how many, what they weigh together, and when. */
export type VotesOfDay = { day: string; amount: number; weight: number; at: Date }

/**
 * One event for all votes of a day. When somebody voted is theirs to know: pages tell only of days, and so does a dump. The
 * event is of the moment at which all votes at once would have heated the paper as much as they did one by one; what is less
 * than a millisecond is in the weight, so that heat stays what it was to its last digits.
 */
export function votesOfDays(votes: { weight: number; at: Date }[]): VotesOfDay[] {
  const days = Map.groupBy(votes, ({ at }) => at.toISOString().slice(0, 10))
  return [...days].map(([day, own]) => {
    const weight = own.reduce((sum, vote) => sum + vote.weight, 0)
    const [first] = own
    if (own.length === 1 && first) return { day, amount: 1, weight, at: first.at }
    const heat = own.reduce((sum, vote) => addHeat(sum, eventHeat(vote.weight, vote.at)), -Infinity)
    const from = Math.min(...own.map(({ at }) => at.getTime()))
    const at = new Date(from + Math.floor((heat - eventHeat(weight, new Date(from))) * HALF_LIFE_MS))
    return { day, amount: own.length, weight: weight * 2 ** (heat - eventHeat(weight, at)), at }
  })
}
