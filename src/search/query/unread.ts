import type { Query, QueryTerm } from './query.ts'

/** A part of a query that begins like a filter or an order and makes no sense as one, as it was typed. */
export type UnreadPart = { kind: 'date' | 'sort' | 'has'; text: string }

const BEGINNINGS: readonly (readonly [kind: UnreadPart['kind'], pattern: RegExp])[] = [
  ['date', /^(?:date|year|since|after|before|until):./i],
  ['sort', /^sort:./i],
  ['has', /^has:./i],
]

/**
 * A query without the words that were to be dates, orders or things to have (`date:soon`, `sort:best-first`), and these
 * parts; what is in quotation marks is a word. The query is as it was when there is nothing else in it: it must not ask
 * for everything.
 */
export function withoutUnread(query: Query): { query: Query; unread: UnreadPart[] } {
  const unread: UnreadPart[] = []
  const isRead = (term: QueryTerm) => {
    const kind = kindOf(term)
    if (kind === null || term.kind !== 'word') return true
    unread.push({ kind, text: term.text })
    return false
  }
  const clauses = query.clauses
    .map((clause) => ({ ...clause, anyOf: clause.anyOf.filter(isRead) }))
    .filter(({ anyOf }) => anyOf.length > 0)
  return { query: unread.length > 0 && clauses.length > 0 ? { ...query, clauses } : query, unread }
}

function kindOf(term: QueryTerm): UnreadPart['kind'] | null {
  if (term.kind !== 'word' || term.field !== 'any') return null
  return BEGINNINGS.find(([, pattern]) => pattern.test(term.text))?.[0] ?? null
}
