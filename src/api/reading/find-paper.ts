import { findPaper } from '../../papers/find.ts'
import { parseAddress, parseIdentifier } from '../../papers/identifiers.ts'
import type { Paper } from '../../papers/paper.ts'
import { audienceOf, type Site } from '../../web/site.ts'
import { problem, type Problem } from '../problem.ts'

/** The paper that an id names, as far as who asks may see it. */
export async function askedPaper(
  site: Site,
  id: string,
  { parameter = 'id' }: { parameter?: string } = {},
): Promise<{ ok: true; paper: Paper } | Problem> {
  const parsed = parseAddress(id) ?? parseIdentifier(id)
  if (parsed === null)
    return problem('not-found', `“${id.slice(0, 100)}” is not the identifier of a paper.`, { parameter })
  const paper = await findPaper(site.db, parsed.identifier, { seenBy: audienceOf(site) })
  return paper
    ? { ok: true, paper }
    : problem('not-found', `The paper “${id.slice(0, 100)}” is not on this site.`, { parameter })
}
