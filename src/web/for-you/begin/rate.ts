import { RATE_LIMITS } from '../../../accounts/rate-limits.ts'
import { changeTasteSettings } from '../../../recommendation/own-tastes.ts'
import { MOST_RATED, ratePaper, unratePaper } from '../../../recommendation/ratings.ts'
import { refused } from '../../errors/show.tsx'
import { readerAction } from '../../forms/reader-action.ts'
import { NO_PAPER } from '../../paper/find-requested-paper.ts'
import type { Site } from '../../site.ts'
import { PATH } from './begun.ts'
import { readSkipped, writeSkipped } from './skipped.ts'

const CHANGE = { limit: RATE_LIMITS.change }

/**
 * `POST /for-you/begin/rating`: what the reader says of a `paper` (its number) that they are asked about. `rating` is `like`,
 * `dislike`, `skip`, or `none` to take back what was said. `skipped`: the papers that were skipped before.
 */
export function rate(site: Site) {
  return readerAction(site, CHANGE, async ({ site: own, reader, form, now }, c) => {
    const paperId = /^\d{1,15}$/.test(form.text('paper')) ? Number(form.text('paper')) : null
    const rating = RATINGS.find((one) => one === form.text('rating'))
    const skipped = readSkipped(form.text('skipped'))
    if (paperId === null || rating === undefined || skipped === null) return refused(own, c, NOT_WHOLE)
    const of = { readerId: reader.id, paperId }
    if (rating === 'none') await unratePaper(own.db, of)
    else if (rating !== 'skip') {
      const outcome = await ratePaper(own.db, { ...of, likes: rating === 'like', asked: true, now })
      if (!outcome.ok) return refused(own, c, outcome.kind === 'full' ? FULL : NO_PAPER)
    }
    const passed = rating === 'skip' ? [...new Set([...skipped, paperId])] : skipped
    const query = passed.length === 0 ? '' : `?skipped=${writeSkipped(passed)}`
    return c.redirect(`${PATH}${query}#${rating === 'none' ? 'rated' : 'ten'}`, 303)
  })
}

const RATINGS = ['like', 'dislike', 'skip', 'none'] as const

/** `POST /for-you/begin/end` */
export function endBeginning(site: Site) {
  return readerAction(site, CHANGE, async ({ site: own, reader, now }, c) => {
    await changeTasteSettings(own.db, { readerId: reader.id, begunAt: now })
    return c.redirect('/for-you', 303)
  })
}

export const FULL = {
  status: 422,
  title: 'You have rated many papers',
  reason: `You can rate up to ${MOST_RATED.toLocaleString('en-GB')} papers.`,
} as const
const NOT_WHOLE = {
  status: 422,
  title: 'This form was not complete',
  reason: 'Go back to the page, reload it, and answer again.',
} as const
