import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { attentionOn } from '../../ranking/announce-changes.ts'
import { castVote, takeBackVote } from '../../ranking/votes.ts'
import { refused } from '../errors/show.tsx'
import { goBack, readerAction, type PaperAction } from '../forms/reader-action.ts'
import { wantsJson } from '../forms/wants-json.ts'
import { findRequestedPaper, NO_PAPER } from '../paper/find-requested-paper.ts'
import type { Site } from '../site.ts'

/** `POST /papers/…/vote` with `vote=1` or `vote=0`: votes, or withdraws the vote. */
export function voteByForm(site: Site) {
  return readerAction(site, { limit: RATE_LIMITS.vote, begins: 'vote' }, (acting, c) =>
    vote(acting, c, c.req.param('address') ?? ''),
  )
}

export const vote: PaperAction = async ({ site, reader, form, now }, c, address) => {
  const paper = await findRequestedPaper(site, c, address)
  if (!paper) return refused(site, c, NO_PAPER)
  const outcome =
    form.text('vote') === '0'
      ? await takeBackVote(site.db, { paperId: paper.id, readerId: reader.id, now })
      : await castVote(site.db, { paperId: paper.id, voter: reader, now })
  if (!outcome.ok) return refused(site, c, outcome.kind === 'own-paper' ? OWN_PAPER : NO_PAPER)
  site.changed(attentionOn(paper))
  if (wantsJson(c)) return c.json({ voted: outcome.voted, votes: outcome.votes })
  return goBack(c, form, addressPath(paper.address))
}

const OWN_PAPER = {
  status: 422,
  title: 'Your own paper',
  reason: 'You cannot vote for a paper you wrote.',
} as const
