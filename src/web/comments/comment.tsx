import { raw } from 'hono/html'
import { REACTIONS, type Reaction } from '../../discussion/reactions.ts'
import type { Comment } from '../../discussion/read-comments.ts'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'

const REACTION_NAMES: Record<Reaction, string> = {
  agree: 'Agree',
  insightful: 'Insightful',
  thanks: 'Thanks',
  unclear: 'Unclear',
}

/** One comment: who wrote it, when and what. Its anchor is `#c` and its number. */
export function CommentText({
  site,
  comment,
  html,
  answersTo = null,
}: {
  site: Site
  comment: Comment
  html: string
  /** The writer of the comment it replies to, if its place does not show that. */
  answersTo?: string | null
}) {
  const { id, writer, state, body } = comment
  return (
    <>
      <header class="comment-head">
        {writer && <Writer writer={writer} />}{' '}
        <a class="comment-when" href={`/comments/${id}`}>
          <When site={site} instant={comment.writtenAt} />
        </a>
        {comment.editedAt !== null && body !== null && (
          <>
            {' '}
            <a href={`/comments/${id}/history`}>
              edited<span class="vh">: earlier versions</span>
            </a>
          </>
        )}
      </header>
      {answersTo !== null && (
        <p class="hint">
          In reply to <a href={`#c${comment.parentId}`}>{answersTo}</a>
        </p>
      )}
      {state === 'deleted' && <p class="comment-gone">Deleted</p>}
      {state === 'hidden' && (
        <p class="comment-gone">
          Hidden by a curator
          {body !== null && (comment.own ? '. You can still see it:' : '. Curators can still see it:')}
        </p>
      )}
      {body !== null && (
        <div class="comment-body" dir="auto">
          {raw(html)}
        </div>
      )}
    </>
  )
}

function Writer({
  writer: { id, name, public: isPublic, author, curator },
}: {
  writer: NonNullable<Comment['writer']>
}) {
  return (
    <>
      <b class="comment-writer">{isPublic ? <a href={`/readers/${id}`}>{name}</a> : name}</b>
      {author && ' '}
      {author && <span class="comment-mark">Author</span>}
      {curator && ' '}
      {curator && <span class="comment-mark">Curator</span>}
    </>
  )
}

/** What the viewer can do with a comment: react, reply, edit, flag. `back` is the page to return to after reacting. */
export function CommentActs({
  site,
  comment,
  isOpen,
  back,
}: {
  site: Site
  comment: Comment
  /** Whether the discussion is open. */
  isOpen: boolean
  back: string
}) {
  const { id, state, own } = comment
  if (state === 'deleted') return null
  const canAnswer = isOpen && state === 'shown'
  return (
    <footer class="comment-acts">
      {state === 'shown' && <Reactions site={site} comment={comment} back={back} />}
      {canAnswer && <Act path={`/comments/${id}/reply`} name="Reply" />}
      {own && canAnswer && <Act path={`/comments/${id}/edit`} name="Edit" />}
      {own && <Act path={`/comments/${id}/edit#delete`} name="Delete" />}
      {!own && state === 'shown' && <Act path={`/comments/${id}/flag`} name="Flag" />}
    </footer>
  )
}

function Act({ path, name }: { path: string; name: string }) {
  return (
    <>
      <a href={path} rel="nofollow">
        {name}
      </a>{' '}
    </>
  )
}

/** Sends the wanted state, so that pressing twice changes nothing more. */
function Reactions({ site, comment, back }: { site: Site; comment: Comment; back: string }) {
  const { reactions } = comment
  if (comment.own) {
    const given = REACTIONS.flatMap((reaction) => {
      const count = reactions[reaction]?.count ?? 0
      return count > 0 ? [`${REACTION_NAMES[reaction]} ${count}`] : []
    })
    return given.length > 0 && <span>{given.join(' · ')}</span>
  }
  return (
    <form class="reactions" method="post" action={`/comments/${comment.id}/react`}>
      <input type="hidden" name="back" value={back} />
      {REACTIONS.map((reaction) => {
        const { count, own } = reactions[reaction] ?? { count: 0, own: false }
        return (
          <button
            type="submit"
            name={own ? 'off' : 'on'}
            value={reaction}
            aria-pressed={site.viewer ? (own ? 'true' : 'false') : undefined}
          >
            {REACTION_NAMES[reaction]}
            {count > 0 && ` ${count}`}
          </button>
        )
      })}
    </form>
  )
}
