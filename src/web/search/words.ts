import { categoryName, fieldOf } from '../../papers/categories.ts'
import { formatDateRange } from '../../search/query/date-range.ts'
import { wordsOf, type Query, type QueryClause, type QueryTerm } from '../../search/query/query.ts'
import type { SearchResults } from '../../search/search.ts'

/** How much was found, in one line. */
export function countLine(
  query: Query,
  { total, reachable, meaning }: Pick<SearchResults, 'total' | 'reachable' | 'meaning'>,
): string {
  if (reachable === 0) return 'No results'
  if (wordsOf(query) === '') return papers(total)
  const rest = reachable - total
  const close = meaning === 'used' ? 'close in meaning' : 'with some of them'
  if (total === 0) return `No paper has these words; ${few(rest)} ${close}`
  const having = `${papers(total)} ${total === 1 ? 'has' : 'have'} these words`
  if (rest > 0) return `${having}; ${rest.toLocaleString('en-GB')} more ${close}`
  return rest < 0 ? `${having}; the best ${reachable.toLocaleString('en-GB')} are listed` : having
}

function few(count: number): string {
  return count === 1 ? '1 is' : `${count.toLocaleString('en-GB')} are`
}

/** `1 paper`, `1,234 papers` */
export function papers(count: number): string {
  return count === 1 ? '1 paper' : `${count.toLocaleString('en-GB')} papers`
}

/** Whether a clause narrows the papers down instead of saying what they are about. */
export function isFilter({ not, anyOf }: QueryClause): boolean {
  return not || anyOf.some((term) => !(isText(term) && term.field === 'any'))
}

/** A clause as a person would say it: `by smith`, `2024 or 2025`, `not “a phrase” in the title`. */
export function clauseLabel({ not, anyOf }: QueryClause): string {
  return `${not ? 'not ' : ''}${anyOf.map(termLabel).join(' or ')}`
}

function termLabel(term: QueryTerm): string {
  switch (term.kind) {
    case 'word':
    case 'phrase':
      return FIELD_LABELS[term.field](term.kind === 'phrase' ? `“${term.text}”` : term.text)
    case 'category':
      return categoryLabel(term.category)
    case 'date':
      return dateLabel(term)
    case 'has':
      return `with ${term.what}`
  }
}

const FIELD_LABELS = {
  any: (text: string) => text,
  title: (text: string) => `${text} in the title`,
  author: (text: string) => `by ${text}`,
}

function isText(term: QueryTerm): term is Extract<QueryTerm, { kind: 'word' | 'phrase' }> {
  return term.kind === 'word' || term.kind === 'phrase'
}

/** The name of a category, or of the field that a whole archive is. */
function categoryLabel(category: string): string {
  const name = categoryName(category)
  const field = fieldOf(category)
  return name === category && !category.includes('.') && field !== 'Other' ? field : name
}

function dateLabel({ from, to }: { from: string | null; to: string | null }): string {
  const [start = '', end] = formatDateRange({ from, to }).split('..')
  if (end === undefined) return start
  if (start === '') return `until ${end}`
  return end === '' ? `since ${start}` : `${start} to ${end}`
}

/** Says that a part of a query makes no sense, and what would. */
export function unreadNote({ kind, text }: SearchResults['unread'][number]): string {
  return `We left out “${text}”: ${SENSIBLE[kind]}`
}

const SENSIBLE = {
  date: 'this is not a date. Enter a year, a month or a day, such as 2026, 2026-03 or 2026-03-14.',
  sort: 'there is no such order. Results can be sorted by relevance, new, hot or top.',
  has: 'papers can have code, data or a model.',
}
