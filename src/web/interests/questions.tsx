import { categoryName } from '../../papers/categories.ts'
import type { Contradiction } from '../../recommendation/contradictions.ts'

/** What to ask a reader where what they do points both ways. */
export function Questions({ questions, mayChange }: { questions: Contradiction[]; mayChange: boolean }) {
  if (questions.length === 0 || !mayChange) return null
  return (
    <section aria-labelledby="questions">
      <h2 id="questions">Which is it?</h2>
      <ul class="questions">
        {questions.map((question) => (
          <li>
            <Question question={question} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Question({ question }: { question: Contradiction }) {
  const against = papers(question.against)
  if (question.kind === 'topic') {
    const { id, name } = question.interest
    return (
      <>
        <p>
          In the last year you marked {against} of <Topic category={question.category} /> “Not for me”, and
          voted for or saved {question.for.toLocaleString('en-GB')}, most of them for your interest “{name}”.
        </p>
        <form class="buttons" method="post" action={`/settings/interests/${id}/boost`}>
          <button type="submit" class="button quiet" name="boost" value="less">
            Less of “{name}”
          </button>
          <button type="submit" class="button quiet" name="boost" value="more">
            More of “{name}”
          </button>
        </form>
      </>
    )
  }
  const forIt = question.for === 0 ? 'none' : `only ${question.for.toLocaleString('en-GB')}`
  return (
    <>
      <p>
        You follow{' '}
        {question.kind === 'followed-topic' ? <Topic category={question.category} /> : question.name}, but in
        the last year you marked {against} {question.kind === 'followed-topic' ? 'of it' : 'by this author'}{' '}
        “Not for me”, and voted for or saved {forIt}.
      </p>
      <p>
        <a href="/for-you/begin">Change what you follow</a>
      </p>
    </>
  )
}

function Topic({ category }: { category: string }) {
  return <a href={`/topics/${encodeURIComponent(category)}`}>{categoryName(category)}</a>
}

function papers(count: number): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? 'paper' : 'papers'}`
}
