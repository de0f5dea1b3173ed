import type { Context } from 'hono'
import { findPaper } from '../../papers/find.ts'
import { parseAddress } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { audienceOf, type Site } from '../site.ts'

/** The paper that an action's address names (`/papers/…/vote`), or null; curators also get hidden ones. */
export async function findRequestedPaper(
  site: Site,
  c: Context,
  address = c.req.param('address') ?? '',
): Promise<Paper | null> {
  const parsed = parseAddress(address)
  return parsed && findPaper(site.db, parsed.identifier, { seenBy: audienceOf(site) })
}

/** The refusal when `findRequestedPaper` finds none. */
export const NO_PAPER = {
  status: 404,
  title: 'Paper not found',
  reason: 'This paper is no longer here.',
} as const
