import { raw } from 'hono/html'
import { excerpt } from '../../../papers/excerpt.ts'
import { addressPath } from '../../../papers/identifiers.ts'
import { typeset } from '../../../papers/typeset.ts'
import { AuthorsInBrief } from '../../parts/entry.tsx'
import type { Question } from './question.ts'
import { MOST_ASKED, writeSkipped } from './skipped.ts'

const AUTHORS_SHOWN = 4
/** About two lines, in characters of source. */
const EXCERPT_LENGTH = 190

export function Questions({ question }: { question: Question }) {
  return (
    <section aria-labelledby="ten">
      <h2 id="ten">Ten papers</h2>
      {question.kind === 'asked' ? (
        <Asked question={question} />
      ) : (
        <p role="status">{WITHOUT_QUESTION[question.kind]}</p>
      )}
    </section>
  )
}

const WITHOUT_QUESTION: Record<Exclude<Question['kind'], 'asked'>, string> = {
  done: 'You have been through all ten. Your front page keeps learning from what you save, vote for and pass over.',
  none: 'There are no papers to ask you about at the moment.',
  away: 'We cannot choose papers to ask about at the moment. Try again in a minute.',
}

function Asked({ question: { paper, number, skipped } }: { question: Extract<Question, { kind: 'asked' }> }) {
  const text = excerpt(paper.synopsis ?? paper.abstract ?? '', EXCERPT_LENGTH)
  return (
    <>
      <p>
        Would you read this paper? <span class="hint">{`${number} of ${MOST_ASKED}`}</span>
      </p>
      <article class="entry asked">
        <h3 class="entry-title">
          <a href={addressPath(paper.address)}>{raw(typeset(paper.title, { links: false }))}</a>
        </h3>
        {paper.authors.length > 0 && (
          <p class="byline">
            <AuthorsInBrief paper={paper} shown={AUTHORS_SHOWN} />
          </p>
        )}
        {text !== '' && <p class="lede">{raw(typeset(text, { links: false }))}</p>}
      </article>
      <form method="post" action="/for-you/begin/rating">
        <input type="hidden" name="paper" value={String(paper.id)} />
        <input type="hidden" name="skipped" value={writeSkipped(skipped)} />
        <div class="buttons">
          <button type="submit" name="rating" value="like" class="button">
            For me
          </button>
          <button type="submit" name="rating" value="dislike" class="button quiet">
            Not for me
          </button>
          <button type="submit" name="rating" value="skip" class="button quiet">
            Skip
          </button>
        </div>
      </form>
    </>
  )
}
