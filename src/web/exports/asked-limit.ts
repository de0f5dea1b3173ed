import type { Context } from 'hono'

/** Far beyond any list, and far below what a number holds exactly. */
const MOST_PAPERS = 100_000_000

/** The most papers that are wanted in a file, by `limit`; undefined for all of them, null for what is no such number. */
export function askedLimit(c: Context): number | undefined | null {
  const text = c.req.query('limit')
  if (text === undefined) return undefined
  const limit = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Infinity
  return limit <= MOST_PAPERS ? limit : null
}

/** What is said of any other. */
export const BAD_LIMIT = {
  name: 'limit',
  reason: `“limit” has to be a whole number from 1 to ${MOST_PAPERS.toLocaleString('en-GB')}.`,
}
