import type { Child } from 'hono/jsx'
import { FEED_FORMATS, feedAddress } from '../../feeds/formats.ts'
import { formatQuery } from '../../search/query/format-query.ts'
import { parseQuery } from '../../search/query/parse-query.ts'
import { wordsOf, type Query, type QueryClause } from '../../search/query/query.ts'
import { queryPath } from './address.ts'
import { isFilter } from './words.ts'

/** How many searches with one word fewer to offer. */
const FEWER = 4

/** What to try when nothing was found. `empty`: there is not one paper on this site. */
export function NothingFound({ query, path, empty }: { query: Query; path: string; empty: boolean }) {
  if (empty) {
    return (
      <div class="blank">
        <p>There are no papers here yet.</p>
      </div>
    )
  }
  const attempts = attemptsAfter(query)
  return (
    <div class="blank nothing-found">
      <p>No papers match this search.</p>
      {attempts.length > 0 && (
        <>
          <p>Try one of these instead:</p>
          <ul>
            {attempts.map((attempt) => (
              <li>
                <a href={queryPath(attempt)}>{formatQuery(attempt)}</a>
              </li>
            ))}
          </ul>
        </>
      )}
      <p>
        <a href="/about/search">How to search</a> · <a href="/papers/new">All papers, newest first</a>
      </p>
      <p class="aside">
        Follow this search to see matching papers when they are added:{' '}
        {FEED_FORMATS.map(({ suffix, name, type }, i): Child => (
          <>
            {i > 0 && ', '}
            <a href={feedAddress(path, suffix)} type={type}>
              {name}
            </a>
          </>
        ))}
      </p>
    </div>
  )
}

/** Broader searches: without filters, then without quotation marks, then with one word fewer each. */
function attemptsAfter(query: Query): Query[] {
  const words = query.clauses.filter((clause) => !isFilter(clause))
  const fewer =
    words.length > 1 ? words.slice(0, FEWER).map((word) => words.filter((other) => other !== word)) : []
  const attempts = [asking(words), parseQuery(wordsOf(query)), ...fewer.map(asking)]
  const seen = new Set([formatQuery({ ...query, sort: 'relevance' }), ''])
  return attempts.filter((attempt) => {
    const text = formatQuery(attempt)
    const isNew = !seen.has(text)
    seen.add(text)
    return isNew
  })
}

function asking(clauses: QueryClause[]): Query {
  return { clauses, sort: 'relevance' }
}
