import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { LONGEST_NOTE, MOST_NOTES, writeNote } from '../../shelves/paper-notes.ts'
import { refused } from '../errors/show.tsx'
import { goBack, readerAction } from '../forms/reader-action.ts'
import { findRequestedPaper, NO_PAPER } from '../paper/find-requested-paper.ts'
import type { Site } from '../site.ts'

/** `POST /papers/…/note` with a `body`, or with `remove=1`: the reader's own note on the paper. */
export function note(site: Site) {
  return readerAction(site, { limit: RATE_LIMITS.change }, async ({ site: own, reader, form, now }, c) => {
    const paper = await findRequestedPaper(own, c)
    if (!paper) return refused(own, c, NO_PAPER)
    const outcome = await writeNote(site.db, {
      readerId: reader.id,
      paperId: paper.id,
      body: form.ticked('remove') ? '' : form.text('body'),
      now,
    })
    if (!outcome.ok) return refused(own, c, REFUSALS[outcome.kind])
    return goBack(c, form, `${addressPath(paper.address)}#note`)
  })
}

const REFUSALS = {
  'no-paper': NO_PAPER,
  'too-long': {
    status: 422,
    title: 'Your note is too long',
    reason: `A note can have up to ${LONGEST_NOTE.toLocaleString('en-GB')} characters. Go back and shorten it.`,
  },
  full: {
    status: 422,
    title: 'You have too many notes',
    reason: `You can have notes on ${MOST_NOTES.toLocaleString('en-GB')} papers. Remove some you no longer need.`,
  },
} as const
