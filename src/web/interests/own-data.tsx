import { categoryName } from '../../papers/categories.ts'
import type { Stated } from '../../recommendation/profile.ts'
import { searchPath } from '../search/address.ts'

/** What a reader follows and chose, and what they can do with all of it. */
export function OwnData({ stated: { follows, settings, searches } }: { stated: Stated }) {
  return (
    <>
      <FollowsBox follows={follows} />
      <section class="box" aria-labelledby="learning">
        <h2 id="learning">What we learn from</h2>
        <p>Your votes, and the papers you save, collect, comment on, submit or rate. If you like, also:</p>
        <form class="form" method="post" action="/settings/interests/learning">
          <label class="tick">
            <input type="checkbox" name="opened" checked={settings.learnsOpened} /> Papers you open
          </label>
          <label class="tick">
            <input type="checkbox" name="searches" checked={settings.learnsSearches} /> Your searches
          </label>
          <p class="hint">When you switch one off, we delete what we remembered of it.</p>
          <button type="submit" class="button quiet">
            Save changes
          </button>
        </form>
      </section>
      {searches.length > 0 && <SearchesBox searches={searches} />}
      <section class="box" aria-labelledby="own-data">
        <h2 id="own-data">Export or forget</h2>
        <p>
          <a href="/settings/interests/export" download="">
            Download all of this
          </a>{' '}
          (JSON)
        </p>
        <details>
          <summary>Forget everything</summary>
          <form class="form" method="post" action="/settings/interests/removal">
            <p class="hint" id="forgotten">
              This deletes your interests with all you changed about them, the topics and authors you follow,
              your ratings, the papers you opened or were shown on your front page, and your searches. Your
              votes, reading list, collections, comments and notes stay, and so do papers you marked “Not for
              me”. New interests can be found from them.
            </p>
            <label class="tick">
              <input type="checkbox" name="confirm" required aria-describedby="forgotten" /> Forget it for
              good
            </label>
            <button type="submit" class="button danger">
              Forget everything
            </button>
          </form>
        </details>
      </section>
    </>
  )
}

function FollowsBox({ follows: { topics, authors } }: { follows: Stated['follows'] }) {
  return (
    <section class="box" aria-labelledby="follows">
      <h2 id="follows">What you follow</h2>
      {topics.length + authors.length === 0 ? (
        <p>You follow no topics or authors.</p>
      ) : (
        <ul class="follows">
          {topics.map((category) => (
            <li>
              <a href={`/topics/${encodeURIComponent(category)}`}>{categoryName(category)}</a>
            </li>
          ))}
          {authors.map(({ nameKey, name }) => (
            <li>
              <a href={`/authors/${encodeURIComponent(nameKey)}`}>{name}</a>
            </li>
          ))}
        </ul>
      )}
      <p>
        <a href="/for-you/begin">Change what you follow</a>
      </p>
    </section>
  )
}

function SearchesBox({ searches }: { searches: Stated['searches'] }) {
  return (
    <section class="box" aria-labelledby="searches">
      <h2 id="searches">Searches we remember</h2>
      <ul class="rows">
        {searches.map(({ id, text }) => (
          <li>
            <a href={searchPath(text)}>{text}</a>
            <form method="post" action="/settings/interests/searches/removal">
              <input type="hidden" name="search" value={String(id)} />
              <button type="submit" class="link-button" aria-label={`Forget the search “${text}”`}>
                Forget
              </button>
            </form>
          </li>
        ))}
      </ul>
    </section>
  )
}
