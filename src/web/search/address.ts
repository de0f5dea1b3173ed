import type { Context } from 'hono'
import { formatQuery } from '../../search/query/format-query.ts'
import type { Query } from '../../search/query/query.ts'

/** As much of a text as a search reads, in UTF-16 units. */
export const LONGEST_TEXT = 1000

/** The search text in an address: one line that is safe in HTML, XML and the search box. */
export function searchedText(c: Context): string {
  return (
    (c.req.query('q') ?? '')
      .slice(0, LONGEST_TEXT)
      // Drops a character that was cut in two.
      .replace(/[\uD800-\uDBFF]$/, '')
      .toWellFormed()
      .replace(/[\p{Cc}\s\uFFFE\uFFFF]+/gu, ' ')
      .trim()
  )
}

/** A page of results: which, of a search as of when, and whether the last word was still being typed. */
export type ResultsPage = { page: number; asOf: number; unfinished: boolean }

/** The address of a search for a text, of its first page when none is given. */
export function searchPath(text: string, at: ResultsPage | null = null): string {
  const further: Record<string, string> =
    at === null || at.page <= 1
      ? {}
      : { page: String(at.page), upto: String(at.asOf), ...(at.unfinished ? { unfinished: '1' } : {}) }
  return `/papers?${new URLSearchParams({ q: text, ...further }).toString()}`
}

/** The address of a search; of one that asks for nothing, the newest papers. */
export function queryPath(query: Query): string {
  const text = formatQuery(query)
  return text === '' ? '/papers/new' : searchPath(text)
}

/** The page of results in an address, or null if there can be no such page. */
export function askedPage(c: Context): number | null {
  const text = c.req.query('page') ?? ''
  if (text === '') return 1
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : null
}

/** Of which search a page is asked, as `searchPath` writes it; null for what there is now, undefined for what is no time. */
export function askedAsOf(c: Context): number | null | undefined {
  const text = c.req.query('upto') ?? ''
  if (text === '') return null
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
