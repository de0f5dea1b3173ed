import { z } from 'zod'
import { formatCursor } from '../db/cursor.ts'
import { problem, type Problem } from './problem.ts'

/** Before each cursor, so that what is none is told from one that is out of date. */
const MARK = 'c.'

export const Cursor = z
  .string()
  .regex(/^c\.[A-Za-z0-9_-]{4,400}$/, 'is not a cursor. Take it from the Link header of the page before.')
  .optional()
  .describe('Where the page begins: from the Link header of the page before')

/** The sort key of a page's last entry, as the API writes it. */
export function writeCursor(key: readonly (number | string)[]): string {
  return MARK + formatCursor(key)
}

/** What a cursor says, by a list's own `parse`; null where none was given. */
export function readCursor<T>(
  cursor: string | undefined,
  parse: (text: string) => T | null,
): { ok: true; after: T | null } | Problem {
  if (cursor === undefined) return { ok: true, after: null }
  const after = parse(cursor.slice(MARK.length))
  return after === null
    ? problem('not-found', 'This cursor is not one of this list. Begin again without it.', {
        parameter: 'cursor',
      })
    : { ok: true, after }
}
