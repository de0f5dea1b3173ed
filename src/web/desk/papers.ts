import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { hidePaper, unhidePaper } from '../../moderation/hide-paper.ts'
import { lockComments, unlockComments } from '../../moderation/lock-comments.ts'
import { mergePapers } from '../../moderation/merge-papers.ts'
import { parseReason } from '../../moderation/moderation-log.ts'
import { dismissFlags } from '../../moderation/resolve-flags.ts'
import { findPaper } from '../../papers/find.ts'
import { addressPath, parseAddress, parseIdentifier } from '../../papers/identifiers.ts'
import { notFound, refused } from '../errors/show.tsx'
import { readerAction } from '../forms/reader-action.ts'
import type { Site } from '../site.ts'
import { curatorActions, NO_REASON } from './curator-action.ts'
import { numberIn } from './parse-ids.ts'

const onPaper = curatorActions((c) => {
  const paperId = numberIn(c)
  return paperId === null ? null : { paperId }
})

/** `POST /desk/papers/:id/hiding` */
export const hide = onPaper(({ db }, paper) => hidePaper(db, paper))

/** `POST /desk/papers/:id/hiding/end` */
export const unhide = onPaper(({ db }, paper) => unhidePaper(db, paper))

/** `POST /desk/papers/:id/comment-lock` */
export const lock = onPaper(({ db }, paper) => lockComments(db, paper))

/** `POST /desk/papers/:id/comment-lock/end` */
export const unlock = onPaper(({ db }, paper) => unlockComments(db, paper))

/** `POST /desk/papers/:id/flags/dismissal` */
export const dismiss = onPaper(({ db }, { paperId, ...acting }) =>
  dismissFlags(db, { on: { kind: 'paper', id: paperId }, ...acting }),
)

/** `POST /desk/papers/:id/merger`: the paper is merged into the one that the field `with` names. */
export function merge(site: Site) {
  return readerAction(site, { limit: RATE_LIMITS.change, curator: true }, async (acting, c) => {
    const { site: own, reader, form, now } = acting
    const reason = parseReason(form.text('reason'))
    if (reason === null) return refused(own, c, NO_REASON)
    const mergedId = numberIn(c)
    if (mergedId === null) return notFound(own, c)
    const keptId = await namedPaper(own, form.text('with'))
    if (keptId === null)
      return refused(own, c, {
        status: 422,
        title: 'Which paper?',
        reason: 'No paper on this site has that identifier or address. Check it and try again.',
      })
    const outcome = await mergePapers(site.db, {
      keptId,
      mergedId,
      timeZone: site.timeZone,
      curatorId: reader.id,
      reason,
      now,
    })
    if (!outcome.ok) return refused(own, c, { status: 409, title: 'Not merged', reason: outcome.reason })
    site.changed('everything')
    return c.redirect(addressPath(outcome.address), 303)
  })
}

/** The paper someone means: by its identifier, its address here or a link to it elsewhere. */
async function namedPaper({ db, origin }: Site, text: string): Promise<number | null> {
  const named = text
    .trim()
    .replace(origin, '')
    .replace(/^\/?papers\//, '')
  const parsed = parseAddress(named) ?? parseIdentifier(named)
  const paper = parsed && (await findPaper(db, parsed.identifier, { seenBy: 'curators' }))
  return paper?.id ?? null
}
