import { papersByIds } from '../../../papers/find.ts'
import type { Paper } from '../../../papers/paper.ts'
import { ratingsOf } from '../../../recommendation/ratings.ts'
import { TasteAway } from '../../../recommendation/taste.ts'
import type { Site } from '../../site.ts'
import { MOST_ASKED } from './skipped.ts'

/** The paper that a reader is asked about, or why there is none. */
export type Question =
  | { kind: 'asked'; paper: Paper; number: number; skipped: number[] }
  | { kind: 'done' }
  | { kind: 'none' }
  | { kind: 'away' }

/**
 * What to ask next: with each answer more is known of what would tell most, so that it is found anew each time. What was
 * skipped counts among the ten, and is not asked again.
 */
export async function nextQuestion(
  site: Site,
  { readerId, answers, skipped }: { readerId: string; answers: number; skipped: number[] },
): Promise<Question> {
  const asked = answers + skipped.length
  if (asked >= MOST_ASKED) return { kind: 'done' }
  try {
    const [ids, ratings] = await Promise.all([
      // As many more as were skipped: those are found again.
      site.taste.askAbout({ readerId, now: site.now(), count: MOST_ASKED + skipped.length }),
      ratingsOf(site.db, { readerId }),
    ])
    const rated = new Set(ratings.map(({ paperId }) => paperId))
    const left = ids.filter((id) => !rated.has(id) && !skipped.includes(id))
    const papers = await papersByIds(site.db, left, { seenBy: 'everyone' })
    const paper = left.map((id) => papers.get(id)).find((one) => one !== undefined)
    return paper ? { kind: 'asked', paper, number: asked + 1, skipped } : { kind: 'none' }
  } catch (error) {
    if (error instanceof TasteAway) return { kind: 'away' }
    throw error
  }
}
