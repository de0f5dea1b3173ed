import { categoryName } from '../../../papers/categories.ts'
import type { Begun, Refusal } from './begun.ts'
import { Said } from './said.tsx'

/** Topics that stand there at once: those with most papers. */
const TOPICS_SHOWN = 24

type About = { isDone: boolean; refusal: Refusal | null }

/** Boxes for the topics that have papers; what is ticked is followed. */
export function Topics({ topics, ...about }: { topics: Begun['topics'] } & About) {
  const isFirst = (topic: Begun['topics'][number], i: number) => i < TOPICS_SHOWN || topic.isFollowed
  const others = topics.filter((topic, i) => !isFirst(topic, i))
  return (
    <section aria-labelledby="topics">
      <h2 id="topics">Topics</h2>
      <Said {...about} done="Your topics are saved." />
      {topics.length === 0 ? (
        <p>There are no papers here yet, so there are no topics.</p>
      ) : (
        <form class="form" method="post" action="/for-you/begin/topics">
          <fieldset>
            <legend>Follow the topics that you read</legend>
            <TopicBoxes topics={topics.filter(isFirst)} />
          </fieldset>
          {others.length > 0 && (
            <details>
              <summary>More topics</summary>
              <TopicBoxes topics={others.toSorted((a, b) => (a.category < b.category ? -1 : 1))} />
            </details>
          )}
          <button type="submit" class="button quiet">
            Save topics
          </button>
        </form>
      )}
    </section>
  )
}

function TopicBoxes({ topics }: { topics: Begun['topics'] }) {
  return (
    <div class="topic-boxes">
      {topics.map(({ category, papers, isFollowed }) => (
        <label class="tick">
          <input type="checkbox" name={`topic-${category}`} checked={isFollowed} />
          {/* What was ticked before: only what the reader unticks is no longer followed. */}
          {isFollowed && <input type="hidden" name={`followed-${category}`} value="1" />}
          <span>
            {categoryName(category)}
            <span class="hint"> {papers.toLocaleString('en-GB')}</span>
          </span>
        </label>
      ))}
    </div>
  )
}

/** The authors that are followed, and a field for more. */
export function Authors({ authors, ...about }: { authors: Begun['authors'] } & About) {
  return (
    <section aria-labelledby="authors">
      <h2 id="authors">Authors</h2>
      <Said {...about} done="Your authors are saved." />
      {authors.length > 0 && (
        <ul class="rows">
          {authors.map(({ key, name }) => (
            <li>
              <a href={`/authors/${encodeURIComponent(key)}`}>{name}</a>
              <form method="post" action="/for-you/begin/authors">
                <button
                  type="submit"
                  class="link-button"
                  name="unfollow"
                  value={key}
                  aria-label={`Unfollow ${name}`}
                >
                  Unfollow
                </button>
              </form>
            </li>
          ))}
        </ul>
      )}
      <form class="form" method="post" action="/for-you/begin/authors">
        <label for="names">Follow authors</label>
        <textarea
          id="names"
          name="names"
          maxlength={5000}
          spellcheck={false}
          aria-describedby="names-hint"
          aria-invalid={about.refusal ? 'true' : undefined}
          autofocus={about.refusal !== null}
        >
          {about.refusal?.typed ?? ''}
        </textarea>
        <p class="hint" id="names-hint">
          One name on each line, as papers print it: Ada Lovelace.
        </p>
        <button type="submit" class="button quiet">
          Follow authors
        </button>
      </form>
    </section>
  )
}
