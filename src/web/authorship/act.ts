import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { claimAuthorship, LONGEST_CLAIM } from '../../moderation/authorship.ts'
import { lengthOf, plainLines } from '../../accounts/typed-text.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { attentionOn } from '../../ranking/announce-changes.ts'
import { refused } from '../errors/show.tsx'
import { takePart } from '../forms/take-part.ts'
import { askedPaper } from '../paper/asked-paper.ts'
import type { Site } from '../site.ts'

/** `POST /papers/…/claim` with `note`: says that the reader wrote the paper. */
export function claim(site: Site) {
  return takePart(site, { limit: RATE_LIMITS.change }, async ({ site: own, reader, form, now }, c) => {
    const paper = await askedPaper(own, c)
    if (!paper) return refused(own, c, NO_PAPER)
    const note = plainLines(form.text('note'))
    if (lengthOf(note) > LONGEST_CLAIM) return refused(own, c, TOO_LONG)
    const outcome = await claimAuthorship(site.db, { paperId: paper.id, reader, note, now })
    if (!outcome.ok) return refused(own, c, outcome.kind === 'refused' ? DECIDED : NO_PAPER)
    if (outcome.state === 'confirmed') site.changed([...attentionOn(paper), 'comments', 'picks'])
    return c.redirect(addressPath(paper.address), 303)
  })
}

const NO_PAPER = { status: 404, title: 'No such paper', reason: 'This paper is not here.' } as const
const TOO_LONG = {
  status: 422,
  title: 'Too long',
  reason: 'What you say for it has at most 1,000 characters.',
} as const
const DECIDED = {
  status: 409,
  title: 'It was decided',
  reason:
    'A curator did not accept that you wrote it. Sign in with the ORCID that stands on the paper to prove it.',
} as const
