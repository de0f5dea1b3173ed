import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { claimAuthorship, LONGEST_CLAIM } from '../../moderation/authorship.ts'
import { lengthOf, plainLines } from '../../accounts/typed-text.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { attentionOn } from '../../ranking/announce-changes.ts'
import { refused } from '../errors/show.tsx'
import { readerAction } from '../forms/reader-action.ts'
import { findRequestedPaper } from '../paper/find-requested-paper.ts'
import type { Site } from '../site.ts'

/** `POST /papers/…/claim` with `note`: the reader claims to have written the paper. */
export function claim(site: Site) {
  return readerAction(site, { limit: RATE_LIMITS.change }, async ({ site: own, reader, form, now }, c) => {
    const paper = await findRequestedPaper(own, c)
    if (!paper) return refused(own, c, NO_PAPER)
    const note = plainLines(form.text('note'))
    if (lengthOf(note) > LONGEST_CLAIM) return refused(own, c, TOO_LONG)
    const outcome = await claimAuthorship(site.db, { paperId: paper.id, reader, note, now })
    if (!outcome.ok) return refused(own, c, outcome.kind === 'refused' ? DECIDED : NO_PAPER)
    if (outcome.state === 'confirmed') site.changed([...attentionOn(paper), 'comments', 'picks'])
    return c.redirect(addressPath(paper.address), 303)
  })
}

const NO_PAPER = { status: 404, title: 'Paper not found', reason: 'This paper is not on this site.' } as const
const TOO_LONG = {
  status: 422,
  title: 'Your note is too long',
  reason: 'A note can have up to 1,000 characters.',
} as const
const DECIDED = {
  status: 409,
  title: 'Your claim was rejected',
  reason:
    'A curator rejected your claim that you wrote this paper. To prove it, sign in with the ORCID given on the paper.',
} as const
