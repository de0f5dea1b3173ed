import { formatQuery } from '../../search/query/format-query.ts'
import type { Query, QueryTerm } from '../../search/query/query.ts'
import type { SearchResults } from '../../search/search.ts'
import { queryPath } from './address.ts'

type Corrections = SearchResults['corrections']

/** Says what was looked for instead of what was asked, and leads to what was: with the corrected words in quotation marks. */
export function Corrected({
  asked,
  query,
  corrections,
}: {
  asked: Query
  query: Query
  corrections: Corrections
}) {
  const literal = withWords(asked, (term) =>
    corrections.some(({ word }) => term.text.includes(word)) ? { ...term, kind: 'phrase' } : term,
  )
  return (
    <span class="corrected">
      Showing results for <strong>{formatQuery({ ...query, sort: 'relevance' })}</strong>. Search instead for{' '}
      <a href={queryPath(literal)}>{formatQuery({ ...literal, sort: 'relevance' })}</a>
    </span>
  )
}

/** Did you mean …? The same search with the words that hardly any paper has as papers write them. */
export function DidYouMean({ query, offers }: { query: Query; offers: Corrections }) {
  const meant = withWords(query, (term) => ({
    ...term,
    text: offers.reduce((text, { word, instead }) => text.replaceAll(word, () => instead), term.text),
  }))
  return (
    <span class="did-you-mean">
      Did you mean <a href={queryPath(meant)}>{formatQuery({ ...meant, sort: 'relevance' })}</a>?
    </span>
  )
}

/** The query with each word that could be corrected changed. */
function withWords(query: Query, change: (term: Extract<QueryTerm, { kind: 'word' }>) => QueryTerm): Query {
  const changed = (term: QueryTerm) => (term.kind === 'word' && term.field !== 'author' ? change(term) : term)
  return {
    ...query,
    clauses: query.clauses.map((clause) =>
      clause.not ? clause : { ...clause, anyOf: clause.anyOf.map(changed) },
    ),
  }
}
