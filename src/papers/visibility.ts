import { sql } from 'kysely'
import type { Paper } from './paper.ts'

/** Who looks at a paper. A hidden one is on no list, and only curators can open it; the program itself sees everything. */
export type Audience = 'everyone' | 'curators' | 'program'

/** Whether a paper is shown to those who look. */
export function isShownTo({ hidden }: Pick<Paper, 'hidden'>, audience: Audience): boolean {
  return !hidden || audience !== 'everyone'
}

/**
 * The condition, on `papers p`, under which a paper may be on a list, in a count or in a feed: the same for everyone, so that
 * lists can be shared and counted beforehand. Partial indexes have the same condition.
 */
export const IS_LISTED = sql<boolean>`not p.hidden`
