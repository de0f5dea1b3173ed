import { TasteAway } from '../../recommendation/taste.ts'
import { problem, type Problem } from '../problem.ts'

/** What a reader's taste answers; a problem while it cannot be asked. */
export async function askTaste<T>(ask: () => Promise<T>): Promise<{ ok: true; answer: T } | Problem> {
  try {
    return { ok: true, answer: await ask() }
  } catch (error) {
    if (error instanceof TasteAway) return AWAY
    throw error
  }
}

const AWAY = problem(
  'unavailable',
  'Your own front page is starting up. Try again in a few seconds; everything else works as usual.',
  { retryAfterSeconds: 5 },
)
