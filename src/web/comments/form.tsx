import { LONGEST_COMMENT } from '../../discussion/comment-markdown.ts'
import { LINKS_OF_NEW } from '../../discussion/comment-text.ts'
import type { Reader } from '../../accounts/reader.ts'

/** What is being written, and where it is sent. */
export type Draft = {
  action: string
  /** The page to return to after signing in. */
  back: string
  label: string
  button: string
  text?: string
  /** Why it was refused. */
  problem?: string | null
}

/** The form for a comment, with what was typed and what was wrong with it. */
export function CommentForm({
  reader,
  draft: { action, back, label, button, text = '', problem = null },
}: {
  reader: Pick<Reader, 'trusted'>
  draft: Draft
}) {
  return (
    <form class="form" method="post" action={action}>
      <input type="hidden" name="back" value={back} />
      <label for="comment-body">{label}</label>
      {problem !== null && (
        <p class="notice problem" role="alert">
          {problem}
        </p>
      )}
      <textarea
        id="comment-body"
        name="body"
        required
        maxlength={LONGEST_COMMENT}
        aria-describedby="comment-hint"
      >
        {text}
      </textarea>
      <p class="hint" id="comment-hint">
        You can use Markdown and mathematics: **bold**, `code`, &gt; quote, $x^2$. arXiv:2412.19723 becomes a
        link.
        {!reader.trusted &&
          ` Your account is new. For its first three days you can post five comments an hour, with up to ${LINKS_OF_NEW} links each.`}
      </p>
      {!reader.trusted && (
        <div class="leave-empty" aria-hidden="true">
          <label for="comment-website">Leave this empty</label>
          <input id="comment-website" name="website" type="text" tabindex={-1} autocomplete="off" />
        </div>
      )}
      <div class="buttons">
        <button type="submit" class="button">
          {button}
        </button>
        <button type="submit" class="button quiet" name="preview" value="1">
          Preview
        </button>
      </div>
    </form>
  )
}
