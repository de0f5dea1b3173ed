import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { writeNote } from '../../discussion/write-note.ts'
import { confirmClaim, refuseClaim } from '../../moderation/authorship.ts'
import { isCollectionId } from '../../shelves/collections.ts'
import { hideCollection, showCollection } from '../../moderation/hide-collection.ts'
import { hideComment, showComment } from '../../moderation/hide-comment.ts'
import { hidePaper, showPaper } from '../../moderation/hide-paper.ts'
import { lockComments, unlockComments } from '../../moderation/lock-comments.ts'
import { mergePapers } from '../../moderation/merge-papers.ts'
import { parseReason, type Acting, type ActOutcome } from '../../moderation/moderation-log.ts'
import { takeSubmission, turnDownSubmission } from '../../moderation/decide-submission.ts'
import { dismissFlags } from '../../moderation/settle-flags.ts'
import { discountSuspicion, dismissSuspicion, suspendSuspected } from '../../moderation/settle-suspicion.ts'
import { reinstateReader, suspendReader } from '../../moderation/suspend-reader.ts'
import { trustReader } from '../../moderation/trust-reader.ts'
import { findPaper } from '../../papers/find.ts'
import { addressPath, parseAddress, parseIdentifier } from '../../papers/identifiers.ts'
import { refused } from '../errors/show.tsx'
import type { Form } from '../forms/read-form.ts'
import { goBack, takePart } from '../forms/take-part.ts'
import type { Site } from '../site.ts'
import { parseNumber, parseReaderId } from './asked.ts'

/** What a form asks for: null when it names nothing that could be. */
type Ask = (site: Site, form: Form, acting: Acting) => Promise<ActOutcome> | null

/** An act of a curator: with a reason, or not at all. */
function curatorAct(ask: Ask) {
  return (site: Site) =>
    takePart(
      site,
      { limit: RATE_LIMITS.change, curator: true },
      async ({ site: own, reader, form, now }, c) => {
        const reason = parseReason(form.text('reason'))
        if (reason === null) return refused(own, c, NO_REASON)
        const outcome = await ask(own, form, { curatorId: reader.id, reason, now })
        if (outcome === null) return refused(own, c, NOT_ASKED)
        if (!outcome.ok) return refused(own, c, { status: 409, title: 'Not done', reason: outcome.reason })
        if (outcome.changed) site.changed()
        return goBack(c, form, '/desk')
      },
    )
}

/** `POST /desk/papers` */
export const actOnPaper = curatorAct(({ db }, form, acting) => {
  const paperId = parseNumber(form.text('paper'))
  if (paperId === null) return null
  switch (form.text('act')) {
    case 'hide':
      return hidePaper(db, { paperId, ...acting })
    case 'show':
      return showPaper(db, { paperId, ...acting })
    case 'lock':
      return lockComments(db, { paperId, ...acting })
    case 'unlock':
      return unlockComments(db, { paperId, ...acting })
    case 'dismiss':
      return dismissFlags(db, { on: { kind: 'paper', id: paperId }, ...acting })
    default:
      return null
  }
})

/** `POST /desk/papers/merge`: the paper `paper` is merged, the one that `with` names is kept. */
export function mergePaper(site: Site) {
  return takePart(site, { limit: RATE_LIMITS.change, curator: true }, async (acting, c) => {
    const { site: own, reader, form, now } = acting
    const reason = parseReason(form.text('reason'))
    if (reason === null) return refused(own, c, NO_REASON)
    const mergedId = parseNumber(form.text('paper'))
    const keptId = await namedPaper(own, form.text('with'))
    if (mergedId === null) return refused(own, c, NOT_ASKED)
    if (keptId === null)
      return refused(own, c, {
        status: 422,
        title: 'Which paper?',
        reason: 'No paper here has that identifier or address.',
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
    site.changed()
    return c.redirect(addressPath(outcome.address), 303)
  })
}

/** The paper that somebody means: by its identifier, its address here, or an address of it elsewhere. */
async function namedPaper({ db, origin }: Site, text: string): Promise<number | null> {
  const named = text
    .trim()
    .replace(origin, '')
    .replace(/^\/?papers\//, '')
  const parsed = parseAddress(named) ?? parseIdentifier(named)
  const paper = parsed && (await findPaper(db, parsed.identifier))
  return paper?.id ?? null
}

/** `POST /desk/comments` */
export const actOnComment = curatorAct(({ db }, form, acting) => {
  const commentId = parseNumber(form.text('comment'))
  if (commentId === null) return null
  switch (form.text('act')) {
    case 'hide':
      return hideComment(db, { commentId, ...acting })
    case 'show':
      return showComment(db, { commentId, ...acting })
    case 'dismiss':
      return dismissFlags(db, { on: { kind: 'comment', id: commentId }, ...acting })
    default:
      return null
  }
})

/** `POST /desk/collections` */
export const actOnCollection = curatorAct(({ db }, form, acting) => {
  const collectionId = form.text('collection')
  if (!isCollectionId(collectionId)) return null
  switch (form.text('act')) {
    case 'hide':
      return hideCollection(db, { collectionId, ...acting })
    case 'show':
      return showCollection(db, { collectionId, ...acting })
    case 'dismiss':
      return dismissFlags(db, { on: { kind: 'collection', id: collectionId }, ...acting })
    default:
      return null
  }
})

/** `POST /desk/readers` */
export const actOnReader = curatorAct(({ db }, form, acting) => {
  const readerId = parseReaderId(form.text('reader'))
  if (readerId === null) return null
  switch (form.text('act')) {
    case 'suspend':
      return suspendReader(db, { readerId, votesToo: false, ...acting })
    case 'suspend-votes':
      return suspendReader(db, { readerId, votesToo: true, ...acting })
    case 'reinstate':
      return reinstateReader(db, { readerId, ...acting })
    case 'trust':
      return trustReader(db, { readerId, ...acting })
    default:
      return null
  }
})

/** `POST /desk/submissions` */
export const actOnSubmission = curatorAct((site, form, acting) => {
  const { db, timeZone, accounts } = site
  const id = parseNumber(form.text('submission'))
  if (id === null) return null
  switch (form.text('act')) {
    case 'accept':
      return takeSubmission(db, {
        id,
        timeZone,
        writeNote: (trx, note) => writeNote(trx, { ...note, curators: accounts.curators, now: acting.now }),
        ...acting,
      })
    case 'refuse':
      return turnDownSubmission(db, { id, ...acting })
    default:
      return null
  }
})

/** `POST /desk/claims` */
export const actOnClaim = curatorAct(({ db }, form, acting) => {
  const paperId = parseNumber(form.text('paper'))
  const readerId = parseReaderId(form.text('reader'))
  if (paperId === null || readerId === null) return null
  switch (form.text('act')) {
    case 'confirm':
      return confirmClaim(db, { paperId, readerId, ...acting })
    case 'refuse':
      return refuseClaim(db, { paperId, readerId, ...acting })
    default:
      return null
  }
})

/** `POST /desk/suspicions` */
export const actOnSuspicion = curatorAct(({ db }, form, acting) => {
  const suspicionId = parseNumber(form.text('suspicion'))
  if (suspicionId === null) return null
  switch (form.text('act')) {
    case 'dismiss':
      return dismissSuspicion(db, { suspicionId, ...acting })
    case 'discount':
      return discountSuspicion(db, { suspicionId, ...acting })
    case 'suspend':
      return suspendSuspected(db, { suspicionId, ...acting })
    default:
      return null
  }
})

const NO_REASON = {
  status: 422,
  title: 'A reason, please',
  reason:
    'What curators do stands in the public log with its reason: at least a word, at most 1,000 characters.',
} as const

const NOT_ASKED = {
  status: 422,
  title: 'Not done',
  reason: 'The form does not say what is to be done to what.',
} as const satisfies Parameters<typeof refused>[2]
