/** How what was found is ordered. `hot` is by heat, `top` by votes, `new` by date. */
export type SortOrder = 'relevance' | 'new' | 'hot' | 'top'

/** What a paper may come with. */
export type Availability = 'code' | 'data' | 'model'

/** Where a word or phrase is looked for. */
export type TextField = 'any' | 'title' | 'author'

/** One thing that a paper can have. All text is in NFC and well-formed, without control characters. */
export type QueryTerm =
  /** One word as typed, without white space. */
  | { kind: 'word'; field: TextField; text: string }
  /** Words in this order, one space between them; not empty. */
  | { kind: 'phrase'; field: TextField; text: string }
  /** A category (`cs.CL`) or a whole archive (`cs`), spelled as papers have them. */
  | { kind: 'category'; category: string }
  /** Days `YYYY-MM-DD`, both included; at least one is not null, and `from` is not after `to`. */
  | { kind: 'date'; from: string | null; to: string | null }
  | { kind: 'has'; what: Availability }

/** Alternatives of which a paper must have one; with `not`, none. Never empty. */
export type QueryClause = { not: boolean; anyOf: QueryTerm[] }

/** What a reader looks for: every clause holds of a paper that is found. No clauses: all papers. */
export type Query = { clauses: QueryClause[]; sort: SortOrder }

/**
 * The free text to look for by meaning: the words and phrases wanted anywhere or in the title, in their order, a space
 * between them. Empty when the query only has authors, categories, dates and the like, or exclusions.
 */
export function wordsOf(query: Query): string {
  return query.clauses
    .flatMap(({ not, anyOf }) => (not ? [] : anyOf))
    .flatMap((term) =>
      (term.kind === 'word' || term.kind === 'phrase') && term.field !== 'author' ? [term.text] : [],
    )
    .join(' ')
}
