import { spellCategory } from './category-spelling.ts'
import { parseDateRange, type DateRange } from './date-range.ts'
import type { Availability, QueryTerm, SortOrder, TextField } from './query.ts'

type Operator = 'AND' | 'OR' | 'NOT'

/** What the text of a query is made of. */
export type QueryPart =
  | { kind: 'operator'; operator: Operator }
  | { kind: 'sort'; sort: SortOrder }
  | { kind: 'term'; not: boolean; term: QueryTerm }

/**
 * The parts of a query's text, which is in NFC and without control characters, in their order: terms (`not` when a minus
 * stands before them), operators and sort orders. Parentheses around things are skipped like white space, and so are
 * empty quotes and dashes. A word of the `any` field never begins with a minus and never is an operator.
 */
export function readParts(text: string): QueryPart[] {
  const parts: QueryPart[] = []
  let not = false
  let at = startOfPart(text, 0)
  while (at < text.length) {
    if (text[at] === '-') {
      at++
      // Otherwise it is a dash.
      if (/[^\s)-]/.test(text[at] ?? ' ')) not = true
    } else {
      const { part, end } = partAt(text, { at, not })
      if (part) parts.push(part)
      not = false
      at = end
    }
    at = startOfPart(text, at)
  }
  return parts
}

type Key = 'author' | 'title' | 'category' | 'date' | 'since' | 'before' | 'until' | 'has' | 'sort'

const KEYS = new Map<string, Key>([
  ['author', 'author'],
  ['au', 'author'],
  ['by', 'author'],
  ['title', 'title'],
  ['ti', 'title'],
  ['category', 'category'],
  ['cat', 'category'],
  ['topic', 'category'],
  ['date', 'date'],
  ['year', 'date'],
  ['since', 'since'],
  // Google's `after:` includes the day, too.
  ['after', 'since'],
  ['before', 'before'],
  ['until', 'until'],
  ['has', 'has'],
  ['sort', 'sort'],
])

const AVAILABILITIES = new Map<string, Availability>([
  ['code', 'code'],
  ['repo', 'code'],
  ['repository', 'code'],
  ['data', 'data'],
  ['dataset', 'data'],
  ['datasets', 'data'],
  ['model', 'model'],
  ['models', 'model'],
])

const SORT_ORDERS = new Map<string, SortOrder>([
  ['relevance', 'relevance'],
  ['best', 'relevance'],
  ['new', 'new'],
  ['newest', 'new'],
  ['date', 'new'],
  ['hot', 'hot'],
  ['trending', 'hot'],
  ['top', 'top'],
  ['votes', 'top'],
])

const OPERATORS = new Map<string, Operator>([
  ['AND', 'AND'],
  ['OR', 'OR'],
  ['|', 'OR'],
  ['NOT', 'NOT'],
])

// Any of a group closes what any of it opened: languages disagree on which is which, as in “a”, „a“ and ”a”.
const QUOTES = ['"“”„', '«»']

/** The part that begins at `at`, null when it is an empty quote, and where what follows it begins. */
function partAt(
  text: string,
  { at, not }: { at: number; not: boolean },
): { part: QueryPart | null; end: number } {
  const key = keyAt(text, at)
  if (!key) {
    const value = valueAt(text, at)
    const operator = value.quoted ? undefined : OPERATORS.get(value.text)
    if (operator) return { part: { kind: 'operator', operator }, end: value.end }
    return { part: value.text === '' ? null : termPart(textTerm('any', value), not), end: value.end }
  }
  const start = startOfPart(text, key.end)
  const isGlued = start === key.end
  if (start < text.length && (isGlued || !isPartOfItsOwn(text, start))) {
    const value = valueAt(text, start)
    const { end } = value
    const meaning = value.text === '' ? null : meaningOf(key.key, value)
    if (meaning?.kind === 'sort') return { part: meaning, end }
    if (meaning) return { part: termPart(meaning, not), end }
    if (isGlued && value.text !== '') {
      return { part: termPart(textTerm('any', { ...value, text: `${key.typed}:${value.text}` }), not), end }
    }
  }
  // Without the colon: before another word it would make that word its value when the query is read again.
  return { part: termPart({ kind: 'word', field: 'any', text: key.typed }, not), end: key.end }
}

/** What a key with a value says, or null when it makes no sense. */
function meaningOf(key: Key, value: Value): QueryTerm | { kind: 'sort'; sort: SortOrder } | null {
  switch (key) {
    case 'author':
    case 'title':
      return textTerm(key, value)
    case 'category':
      return { kind: 'category', category: spellCategory(value.text) }
    case 'date':
      return dateTerm(parseDateRange(value.text))
    case 'since':
      return dateTerm(parseDateRange(`>=${value.text}`))
    case 'before':
      return dateTerm(parseDateRange(`<${value.text}`))
    case 'until':
      return dateTerm(parseDateRange(`<=${value.text}`))
    case 'has': {
      const what = AVAILABILITIES.get(value.text.toLowerCase())
      return what ? { kind: 'has', what } : null
    }
    case 'sort': {
      const sort = SORT_ORDERS.get(value.text.toLowerCase())
      return sort ? { kind: 'sort', sort } : null
    }
  }
}

function termPart(term: QueryTerm, not: boolean): QueryPart {
  return { kind: 'term', not, term }
}

function textTerm(field: TextField, { text, quoted }: Value): QueryTerm {
  return { kind: quoted ? 'phrase' : 'word', field, text }
}

function dateTerm(range: DateRange | null): QueryTerm | null {
  return range ? { kind: 'date', ...range } : null
}

/** The known key whose name and colon stand at `at`. */
function keyAt(text: string, at: number): { key: Key; typed: string; end: number } | null {
  const typed = matchAt(/[a-z]{2,8}(?=[:：])/iy, text, at)
  const key = KEYS.get(typed.toLowerCase())
  return key ? { key, typed, end: at + typed.length + 1 } : null
}

/** Whether what begins at `at` means something without the key and the white space before it. */
function isPartOfItsOwn(text: string, at: number): boolean {
  return text[at] === '-' || keyAt(text, at) !== null || OPERATORS.has(bareAt(text, at).text)
}

type Value = { text: string; quoted: boolean; end: number }

function valueAt(text: string, at: number): Value {
  return quotedAt(text, at) ?? bareAt(text, at)
}

/** What is quoted at `at`, to the end of the text when the quote is never closed. */
function quotedAt(text: string, at: number): Value | null {
  const quotes = QUOTES.find((group) => group.includes(text[at] ?? ' '))
  if (quotes === undefined) return null
  let close = at + 1
  while (close < text.length && !quotes.includes(text.charAt(close))) close++
  const inside = text.slice(at + 1, close)
  return { text: inside.replace(/\s+/g, ' ').trim(), quoted: true, end: close + 1 }
}

/** All to the next white space, without the closing parentheses at its end that were opened before it. */
function bareAt(text: string, at: number): Value {
  const run = matchAt(/\S+/y, text, at)
  const body = run.replace(/\)+$/, '')
  let open = 0
  for (const character of body) {
    if (character === '(') open++
    else if (character === ')' && open > 0) open--
  }
  return { text: run.slice(0, body.length + open), quoted: false, end: at + run.length }
}

/** Where the next part begins: after white space, and parentheses that are not of a word. */
function startOfPart(text: string, from: number): number {
  let at = from
  while (/[\s)]/.test(text[at] ?? '') || (text[at] === '(' && !isOfWord(text, at))) at++
  return at
}

/** Whether the parenthesis that opens at `at` closes in the midst of its word, as in `(un)supervised`. */
function isOfWord(text: string, at: number): boolean {
  const run = matchAt(/\S+/y, text, at)
  let open = 0
  for (let close = 0; close < run.length; close++) {
    if (run[close] === '(') open++
    else if (run[close] === ')' && --open === 0) return /[^)]/.test(run.slice(close))
  }
  return false
}

/** What a sticky pattern matches at `at`, or the empty string. */
function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}
