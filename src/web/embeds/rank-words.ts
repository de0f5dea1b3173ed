import { shortDay } from '../../papers/dates-in-words.ts'
import type { Paper } from '../../papers/paper.ts'
import { rankInEdition } from '../../ranking/rank-in-edition.ts'
import type { Site } from '../site.ts'

/** A paper's rank in its edition, as a badge says it: `No. 3, 8 Jul 2025`; null where it is in none. */
export async function inEdition(
  { db }: Site,
  { id, edition }: Paper,
): Promise<{ edition: string; words: string } | null> {
  if (edition === null) return null
  const rank = await rankInEdition(db, { paperId: id })
  return rank === null
    ? null
    : { edition, words: `No. ${rank.toLocaleString('en-GB')}, ${shortDay(edition)}` }
}
