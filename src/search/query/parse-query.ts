import { formatTerm } from './format-query.ts'
import type { Query, QueryClause, QueryTerm, SortOrder } from './query.ts'
import { readParts } from './read-parts.ts'

// In UTF-16 units. It bounds the work on hostile text, and what an address with a query has to hold.
const LONGEST_TEXT = 4_000

/**
 * Reads what a reader types in the search box. Takes any text and never throws: what makes no sense as anything else is
 * looked for as words. Text beyond 4,000 UTF-16 units is ignored, also beyond those of the canonical text, so that
 * `formatQuery` says all of the query. Time is linear in the text.
 *
 * - `graph learning`: papers with both words. `"graph learning"`, also in `“”`, `„“` or `«»`: next to each other in
 *   this order; a quote that is never closed runs to the end. A quote inside a word or at its end (`5"`) is of the word.
 * - `-word`, `-"a phrase"`, `-author:x`, `NOT word`: papers without it.
 * - `a OR b`, `a | b`: papers with one of them; binds tighter than the space, so `a OR b c` is (a or b) and c. After a
 *   minus none of them: `-a OR b`, `-a OR -b` and `-(a OR b)` are neither a nor b. In `a OR -b` the OR is ignored.
 * - `AND` between terms is ignored, as are operators and dashes that have nothing to work on. Operators are in capitals.
 * - Parentheses around things are ignored; they group nothing. Those of a word are kept: `O(n)`, `(un)supervised`.
 * - `author:smith`, `author:"ada lovelace"` (`au:`, `by:`); `title:word`, `title:"a phrase"` (`ti:`).
 * - `cat:cs.CL`, `cat:"some topic"` (`category:`, `topic:`), in any case; `cat:cs` or `cat:cs.*` for the whole archive.
 * - `date:2025`, `date:2025-03`, `date:2025-03-14`, `date:2025..2026`, `date:2025..`, `date:..2024-06`, `date:2020-2024`,
 *   `date:>=2025`, also `>`, `<=`, `<` (`year:`); `since:2025` (`after:`) and `until:2025`, with that year, month or day;
 *   `before:2025` without it.
 * - `has:code` (`repo`, `repository`), `has:data` (`dataset`, `datasets`), `has:model` (`models`).
 * - `sort:relevance` (`best`), `sort:new` (`newest`, `date`), `sort:hot` (`trending`), `sort:top` (`votes`): the last
 *   one counts, wherever it stands.
 *
 * Keys are read in any case, with the colon and digits of any keyboard, and white space may follow their colon. A key without a value is the word it is; a value
 * that makes no sense leaves key and value as one word (`date:soon`), like all that has a colon (`https://…`).
 */
export function parseQuery(text: string): Query {
  const clauses: QueryClause[] = []
  let sort: SortOrder = 'relevance'
  let isAlternative = false
  let isNegated = false
  for (const part of readParts(tidied(text))) {
    if (part.kind === 'operator') {
      isNegated = part.operator === 'NOT'
      if (part.operator === 'OR') isAlternative = true
    } else if (part.kind === 'sort') {
      sort = part.sort
    } else {
      const not = part.not || isNegated
      const last = clauses.at(-1)
      // A clause has no alternative that is an exclusion, unless all are.
      if (isAlternative && last && (last.not || !not)) last.anyOf.push(part.term)
      else clauses.push({ not, anyOf: [part.term] })
      isAlternative = false
      isNegated = false
    }
  }
  return withinRoom({ clauses, sort })
}

/** Soft hyphens, zero-width spaces and marks of direction. The zero-width joiners stay: words are spelled with them. */
const INVISIBLE = /[\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]+/g

function tidied(text: string): string {
  const tidy = cut(text, LONGEST_TEXT)
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')
    .replace(INVISIBLE, '')
    .normalize('NFC')
  // A few characters are longer in NFC.
  return cut(tidy, LONGEST_TEXT)
}

/** The first `length` UTF-16 units, or one fewer so as to split no character. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')
}

/** The query as far as a text of `LONGEST_TEXT` has room for it, which may be longer in its canonical form. */
function withinRoom({ clauses, sort }: Query): Query {
  const kept: QueryClause[] = []
  // After each clause and the sort order stands a space, but after the last.
  let room = LONGEST_TEXT + 1 - (sort === 'relevance' ? 0 : `sort:${sort} `.length)
  for (const { not, anyOf } of clauses) {
    const fitting: QueryTerm[] = []
    for (const term of anyOf) {
      room -= formatTerm(term).length + (fitting.length > 0 ? ' OR ' : not ? '- ' : ' ').length
      const part = room >= 0 ? term : shortened(term, -room)
      if (part) fitting.push(part)
      if (room < 0) break
    }
    if (fitting.length > 0) kept.push({ not, anyOf: fitting })
    if (room < 0) break
  }
  return { clauses: kept, sort }
}

/** A phrase without its last `by` units or some more, null when nothing is left of it or it is no phrase. */
function shortened(term: QueryTerm, by: number): QueryTerm | null {
  if (term.kind !== 'phrase' || term.text.length <= by) return null
  const text = cut(term.text, term.text.length - by).trim()
  return text === '' ? null : { ...term, text }
}
