import { formatTerm } from './format-query.ts'
import type { Query, QueryClause, QueryTerm, SortOrder } from './query.ts'

/** Whether the query asks for just this: a clause of this one term, not excluded. */
export function hasTerm(query: Query, term: QueryTerm): boolean {
  return query.clauses.some((clause) => isJust(clause, term))
}

/** The query that also asks for the term; the same query when it does already. */
export function withTerm(query: Query, term: QueryTerm): Query {
  if (hasTerm(query, term)) return query
  return { ...query, clauses: [...query.clauses, { not: false, anyOf: [term] }] }
}

/** The query without the clauses that ask for just this. Where it is one of alternatives or excluded, it stays. */
export function withoutTerm(query: Query, term: QueryTerm): Query {
  return { ...query, clauses: query.clauses.filter((clause) => !isJust(clause, term)) }
}

/** The query in another order. */
export function withSort(query: Query, sort: SortOrder): Query {
  return { ...query, sort }
}

function isJust({ not, anyOf }: QueryClause, term: QueryTerm): boolean {
  const [only, ...others] = anyOf
  return !not && only !== undefined && others.length === 0 && formatTerm(only) === formatTerm(term)
}
