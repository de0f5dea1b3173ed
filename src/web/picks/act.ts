import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { parseNote } from '../../shelves/collection-papers.ts'
import { LONGEST_PICK_NOTE, pickPaper, withdrawPick } from '../../shelves/picks.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { attentionOn } from '../../ranking/announce-changes.ts'
import { refused } from '../errors/show.tsx'
import { goBack, readerAction } from '../forms/reader-action.ts'
import { wantsJson } from '../forms/wants-json.ts'
import { findRequestedPaper, NO_PAPER } from '../paper/find-requested-paper.ts'
import type { Site } from '../site.ts'

/** `POST /papers/…/pick` with `pick=1` and a `note`, or `pick=0`: a curator picks the paper, or withdraws the pick. */
export function pick(site: Site) {
  return readerAction(site, { limit: RATE_LIMITS.change, curator: true }, async (acting, c) => {
    const { site: own, reader, form, now } = acting
    const paper = await findRequestedPaper(own, c)
    if (!paper) return refused(own, c, NO_PAPER)
    const note = parseNote(form.text('note'), { longest: LONGEST_PICK_NOTE })
    if (note === null) return refused(own, c, LONG_NOTE)
    const outcome =
      form.text('pick') === '0'
        ? await withdrawPick(site.db, { paperId: paper.id, curatorId: reader.id, now })
        : await pickPaper(site.db, { paperId: paper.id, curator: reader, note, now })
    if (!outcome.ok) return refused(own, c, outcome.kind === 'own-paper' ? OWN_PAPER : NO_PAPER)
    site.changed([...attentionOn(paper), 'picks'])
    if (wantsJson(c)) return c.json({ picked: outcome.picked, picks: outcome.picks })
    return goBack(c, form, addressPath(paper.address))
  })
}

const OWN_PAPER = {
  status: 422,
  title: 'Your own paper',
  reason: 'You cannot pick a paper you wrote.',
} as const
const LONG_NOTE = {
  status: 422,
  title: 'Your note is too long',
  reason: `A note can have up to ${LONGEST_PICK_NOTE} characters.`,
} as const
