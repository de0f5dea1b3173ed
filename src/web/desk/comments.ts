import { hideComment, unhideComment } from '../../moderation/hide-comment.ts'
import { dismissFlags } from '../../moderation/resolve-flags.ts'
import { curatorActions } from './curator-action.ts'
import { numberIn } from './parse-ids.ts'

const onComment = curatorActions((c) => {
  const commentId = numberIn(c)
  return commentId === null ? null : { commentId }
})

/** `POST /desk/comments/:id/hiding` */
export const hide = onComment(({ db }, comment) => hideComment(db, comment))

/** `POST /desk/comments/:id/hiding/end` */
export const unhide = onComment(({ db }, comment) => unhideComment(db, comment))

/** `POST /desk/comments/:id/flags/dismissal` */
export const dismiss = onComment(({ db }, { commentId, ...acting }) =>
  dismissFlags(db, { on: { kind: 'comment', id: commentId }, ...acting }),
)
