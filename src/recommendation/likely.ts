import { setTimeout as wait } from 'node:timers/promises'
import type { InterestRef, Ranking, Taste } from './taste.ts'

/** A page that marks papers is not held up for longer. */
const LONGEST_MS = 200
/** Where half of a page were marked, the marks would say nothing: of so many papers, one is. */
const ONE_OF = 6
const MOST_MARKED = 12

/** A paper that is likely to matter to a reader, and for which of their interests. */
export type Likely = ReadonlyMap<number, InterestRef>

/**
 * Which of some papers are likely to matter to a reader: the best of those that speak to an interest. None while their
 * taste cannot be asked, takes longer than `withinMs`, or knows nothing yet: what asks is a page that must come anyway.
 */
export async function likelyOf(
  taste: Pick<Taste, 'rank'>,
  {
    readerId,
    paperIds,
    now,
    withinMs = LONGEST_MS,
  }: { readerId: string; paperIds: number[]; now: Date; withinMs?: number },
): Promise<Likely> {
  if (paperIds.length === 0) return new Map()
  const ended = new AbortController()
  const ranking: Ranking | null = await Promise.race([
    // Whatever is the matter with it, the engine itself says so where it is looked after.
    taste.rank({ readerId, paperIds, now, limit: paperIds.length }).catch(() => null),
    wait(withinMs, null, { signal: ended.signal }).catch(() => null),
  ])
  ended.abort()
  const most = Math.min(MOST_MARKED, Math.ceil(paperIds.length / ONE_OF))
  const found = (ranking?.papers ?? []).flatMap(({ id, score, interest, outside }) =>
    interest === null || outside || score <= 0 ? [] : [{ id, score, interest }],
  )
  return new Map(
    found
      .toSorted((a, b) => b.score - a.score)
      .slice(0, most)
      .map(({ id, interest }) => [id, interest]),
  )
}
