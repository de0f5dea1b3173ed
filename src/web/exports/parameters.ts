import type { Context } from 'hono'

/** What the query of a file's address says besides what names the list; or what is wrong with it. */
export type FileQuery =
  | { ok: true; limit: number | undefined }
  | { ok: false; parameter: string; reason: string }

/** Far beyond any list, and far below what a number holds exactly. */
const MOST_PAPERS = 100_000_000

/**
 * Reads `limit`, the most papers wanted. For programs: a parameter that is not known here (those in `others` are, and
 * are read elsewhere), or that stands there twice, is told instead of passed over.
 */
export function readFileQuery(c: Context, { others = [] }: { others?: readonly string[] } = {}): FileQuery {
  const given = URL.parse(c.req.url)?.searchParams ?? new URLSearchParams()
  const known = ['limit', ...others]
  for (const parameter of new Set(given.keys())) {
    if (!known.includes(parameter))
      return {
        ok: false,
        parameter,
        reason: `There is no parameter “${shorten(parameter)}” here; there are: ${known.join(', ')}.`,
      }
    if (given.getAll(parameter).length > 1)
      return { ok: false, parameter, reason: `The parameter “${parameter}” is there more than once.` }
  }
  const text = given.get('limit')
  if (text === null) return { ok: true, limit: undefined }
  const limit = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Infinity
  return limit <= MOST_PAPERS
    ? { ok: true, limit }
    : {
        ok: false,
        parameter: 'limit',
        reason: `The parameter “limit” must be a whole number from 1 to ${MOST_PAPERS.toLocaleString('en-GB')}.`,
      }
}

/** What a program is told of a parameter (RFC 9457). */
export function badParameter(
  c: Context,
  { parameter, reason }: { parameter: string; reason: string },
): Response {
  const problem = { type: 'about:blank', title: 'Bad Request', status: 400, detail: reason, parameter }
  return c.body(JSON.stringify(problem), 400, {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
  })
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
