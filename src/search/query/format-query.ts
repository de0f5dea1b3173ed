import { formatDateRange } from './date-range.ts'
import type { Query, QueryClause, QueryTerm, TextField } from './query.ts'
import { readParts } from './read-parts.ts'

/**
 * The canonical text of a query: `parseQuery` reads it as the same query, as long as it has no more than 4,000 UTF-16
 * units (which holds for all that `parseQuery` gave). The order of clauses is kept; the sort order stands last, and not
 * at all when it is `relevance`.
 */
export function formatQuery({ clauses, sort }: Query): string {
  return [...clauses.map(formatClause), ...(sort === 'relevance' ? [] : [`sort:${sort}`])].join(' ')
}

/** A term as it stands in a query, without a minus. No two terms that differ have the same text. */
export function formatTerm(term: QueryTerm): string {
  switch (term.kind) {
    case 'word':
      return bareOrQuoted(PREFIXES[term.field], term.text)
    case 'phrase':
      return `${PREFIXES[term.field]}${quoted(term.text)}`
    case 'category':
      return bareOrQuoted('cat:', term.category)
    case 'date':
      return `date:${formatDateRange(term)}`
    case 'has':
      return `has:${term.what}`
  }
}

const PREFIXES: Record<TextField, string> = { any: '', title: 'title:', author: 'author:' }

function formatClause({ not, anyOf }: QueryClause): string {
  return `${not ? '-' : ''}${anyOf.map(formatTerm).join(' OR ')}`
}

/** With quotes only where the text without them would be read as something else. */
function bareOrQuoted(prefix: string, text: string): string {
  const bare = `${prefix}${text}`
  const [part, ...more] = readParts(bare)
  const isReadBack = part?.kind === 'term' && !part.not && more.length === 0 && textOf(part.term) === text
  return isReadBack ? bare : `${prefix}${quoted(text)}`
}

function textOf(term: QueryTerm): string | null {
  if (term.kind === 'category') return term.category
  return term.kind === 'word' ? term.text : null
}

/** What was quoted has the characters of one group of quotes at most: the other group can hold it. */
function quoted(text: string): string {
  return /["“”„]/.test(text) ? `«${text}»` : `"${text}"`
}
