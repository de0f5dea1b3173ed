import { confirmClaim, rejectClaim } from '../../moderation/authorship.ts'
import { curatorActions } from './curator-action.ts'
import { numberIn, parseReaderId } from './parse-ids.ts'

/** A claim is identified by the paper and the reader who claims to have written it. */
const onClaim = curatorActions((c) => {
  const paperId = numberIn(c, 'paper')
  const readerId = parseReaderId(c.req.param('reader') ?? '')
  return paperId === null || readerId === null ? null : { paperId, readerId }
})

/** `POST /desk/claims/:paper/:reader/confirmation` */
export const confirm = onClaim(({ db }, claim) => confirmClaim(db, claim))

/** `POST /desk/claims/:paper/:reader/rejection` */
export const reject = onClaim(({ db }, claim) => rejectClaim(db, claim))
