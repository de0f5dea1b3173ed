import type { Kysely } from 'kysely'
import { lengthOf } from '../accounts/typed-text.ts'
import type { Database } from '../db/schema.ts'
import { findPaper } from '../papers/find.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import { parseIdentifier } from '../papers/identifiers.ts'
import type { Paper } from '../papers/paper.ts'
import { isShownTo } from '../papers/visibility.ts'
import { lookUp, type LookUpOutcome, type LookUpSources, type PublicIdentifier } from '../sources/look-up.ts'

/** In characters: what a curator writes makes the paper their pick; what a reader writes is the first comment. */
export const LONGEST_SUBMISSION_NOTE = { reader: 10_000, curator: 500 }

export type PreparedSubmission =
  | { kind: 'found'; identifier: PublicIdentifier; found: HarvestedPaper; note: string }
  | { kind: 'here'; paper: Paper; note: string }
  | {
      kind: 'refused'
      why: 'long-note' | 'no-identifier' | 'hidden' | Extract<LookUpOutcome, { ok: false }>['kind']
      reason: string
    }

/**
 * Finds the paper that somebody wants to submit: here, or at its source. `text` is an identifier or a link, as typed. Asks
 * the network: never call it in a transaction. Rejects with the reason of `signal` once that is aborted.
 */
export async function prepareSubmission(
  db: Kysely<Database>,
  {
    text,
    note: typed,
    reader,
    ...asking
  }: {
    text: string
    note: string
    reader: { curator: boolean }
    sources: LookUpSources
    now: () => Date
    signal?: AbortSignal
  },
): Promise<PreparedSubmission> {
  const refuse = (why: Extract<PreparedSubmission, { kind: 'refused' }>['why'], reason: string) =>
    ({ kind: 'refused', why, reason }) as const
  const note = typed.trim()
  const longest = LONGEST_SUBMISSION_NOTE[reader.curator ? 'curator' : 'reader']
  if (lengthOf(note) > longest)
    return refuse('long-note', `A note can have up to ${longest.toLocaleString('en-GB')} characters.`)
  const parsed = parseIdentifier(text.trim().slice(0, 500))
  if (!parsed || parsed.identifier.scheme === 'local')
    return refuse(
      'no-identifier',
      'We could not recognise that. Enter an arXiv identifier, a DOI or a link to either.',
    )
  const { identifier } = parsed
  const here = await findPaper(db, identifier, { seenBy: 'program' })
  if (here && isShownTo(here, reader.curator ? 'curators' : 'everyone'))
    return { kind: 'here', paper: here, note }
  if (here) return refuse('hidden', 'A curator has hidden this paper. The reason is in the moderation log.')
  const found = await lookUp(db, identifier, asking)
  return found.ok ? { kind: 'found', identifier, found: found.paper, note } : refuse(found.kind, found.reason)
}
