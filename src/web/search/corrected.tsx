import { formatQuery } from '../../search/query/format-query.ts'
import type { Query, QueryTerm } from '../../search/query/query.ts'
import type { SearchResults } from '../../search/search.ts'
import { queryPath } from './address.ts'
import { isFilter } from './words.ts'

/** Did you mean …? The same search with the words that hardly any paper has written as papers have them. */
export function Corrected({
  query,
  corrections,
}: {
  query: Query
  corrections: SearchResults['corrections']
}) {
  const corrected = correct(query, corrections)
  const words = corrected.clauses.filter((clause) => !isFilter(clause))
  return (
    <span class="did-you-mean">
      Did you mean <a href={queryPath(corrected)}>{formatQuery({ clauses: words, sort: 'relevance' })}</a>?
    </span>
  )
}

/** The query with the words replaced, each also where it is a part of a compound. */
function correct(query: Query, corrections: SearchResults['corrections']): Query {
  const instead = new Map(corrections.map((correction) => [correction.word, correction.instead]))
  const written = (term: QueryTerm): QueryTerm => {
    if (term.kind !== 'word' || term.field !== 'any') return term
    const whole = instead.get(term.text)
    if (whole !== undefined) return { ...term, text: whole }
    let text = term.text
    for (const [word, other] of instead) text = text.replaceAll(word, () => other)
    return { ...term, text }
  }
  return { ...query, clauses: query.clauses.map(({ not, anyOf }) => ({ not, anyOf: anyOf.map(written) })) }
}
