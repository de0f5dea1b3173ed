import { LONGEST_DISCUSSION, type Thread } from '../../discussion/comment-threads.ts'
import { addressPath } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { CommentTools } from '../desk/paper-tools.tsx'
import type { Site } from '../site.ts'
import { CommentActs, CommentText } from './comment.tsx'
import type { Discussion } from './discussion.ts'
import { CommentForm } from './form.tsx'

type Shown = { site: Site; paper: Paper; discussion: Discussion }

/** The discussion of a paper as a section of its page, and the form that adds to it. */
export function CommentSection({ site, paper, discussion }: Shown) {
  const count = paper.commentCount
  return (
    <section class="discussion" aria-labelledby="comments">
      <paper-discussion>
        <h2 id="comments">{count === 0 ? 'Discussion' : count === 1 ? '1 comment' : `${count} comments`}</h2>
        {discussion.threads.length === 0 ? (
          !paper.commentsLocked && <p class="aside">There are no comments yet.</p>
        ) : (
          <Threads site={site} paper={paper} discussion={discussion} threads={discussion.threads} />
        )}
        {discussion.isCut && (
          <p class="aside">
            This page shows only the first {LONGEST_DISCUSSION.toLocaleString('en-GB')}. You can find the
            newest among <a href="/comments">the comments on all papers</a>.
          </p>
        )}
        <Writing site={site} paper={paper} />
      </paper-discussion>
    </section>
  )
}

function Threads({ site, paper, discussion, threads }: Shown & { threads: Thread[] }) {
  return (
    <ol class="comments">
      {threads.map((thread) => (
        <li>
          <article id={`c${thread.id}`} class="comment">
            <CommentText
              site={site}
              comment={thread}
              html={discussion.html.get(thread.id) ?? ''}
              answersTo={thread.isFlat ? thread.answersTo : null}
            />
            <CommentActs
              site={site}
              comment={thread}
              isOpen={!paper.commentsLocked && !paper.hidden}
              back={`${addressPath(paper.address)}#c${thread.id}`}
            />
            {thread.state !== 'deleted' && (
              <CommentTools
                site={site}
                comment={{ id: thread.id, hidden: thread.state === 'hidden' }}
                back={`/comments/${thread.id}`}
              />
            )}
          </article>
          {thread.answers.length > 0 && (
            <Threads site={site} paper={paper} discussion={discussion} threads={thread.answers} />
          )}
        </li>
      ))}
    </ol>
  )
}

function Writing({ site, paper }: { site: Site; paper: Paper }) {
  const path = addressPath(paper.address)
  const reader = site.viewer?.reader
  if (paper.commentsLocked)
    return (
      <p class="notice">
        A curator has closed this discussion. The reason is in the <a href="/moderation">moderation log</a>.
      </p>
    )
  if (paper.hidden || reader?.suspended) return null
  if (!reader)
    return (
      <p>
        <a href={`/sign-in?to=${encodeURIComponent(`${path}#comments`)}`} rel="nofollow">
          Sign in
        </a>{' '}
        to comment.
      </p>
    )
  return (
    <CommentForm
      reader={reader}
      draft={{
        action: `${path}/comments`,
        label: 'Your comment',
        button: 'Comment',
        back: `${path}#comments`,
      }}
    />
  )
}
