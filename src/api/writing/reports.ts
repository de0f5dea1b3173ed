import { z } from 'zod'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { claimAuthorship, LONGEST_CLAIM } from '../../moderation/authorship.ts'
import { flag, FLAG_REASONS, LONGEST_NOTE, type FlagReason } from '../../moderation/flags.ts'
import type { Flagged } from '../../moderation/flagged.ts'
import { attentionOn } from '../../ranking/announce-changes.ts'
import { parseNote } from '../../shelves/collection-papers.ts'
import { flaggable } from '../../web/flags/find-subject.ts'
import type { Viewer } from '../../web/site.ts'
import { acting, type Asking, type Done } from '../operation.ts'
import { problem, type Problem } from '../problem.ts'
import { CommentId } from '../reading/find-comment.ts'
import { askedPaper } from '../reading/find-paper.ts'
import { PaperId, text } from '../shapes/paper.ts'
import { GONE } from './marks.ts'

const GROUP = 'Reports'
const REASONS = Object.keys(FLAG_REASONS) as [FlagReason, ...FlagReason[]]

const NO_NOTE_SO_LONG = problem(
  'refused',
  `A note can have up to ${LONGEST_NOTE.toLocaleString('en-GB')} characters.`,
  { parameter: 'note' },
)
const NOT_THERE = problem('not-found', 'What you flagged is no longer here.', { parameter: 'id' })

const FlagShape = z.object({ flagged: z.boolean() }).meta({ id: 'Flag' })

/** What all flags have in common; `comment` is the scope of what is said to others, and curators are others. */
const flagging = {
  method: 'POST',
  group: GROUP,
  description: 'Curators read it. A second one while the first is open changes nothing.',
  scope: 'comment',
  limit: RATE_LIMITS.flag,
  status: 201,
  answer: FlagShape,
  body: z.strictObject({
    reason: z.enum(REASONS),
    note: text(2 * LONGEST_NOTE)
      .default('')
      .describe(`What curators should know: up to ${LONGEST_NOTE} characters`),
  }),
} as const

async function sendFlag(
  { site, now }: Asking<Viewer>,
  { on, reason, note: typed }: { on: Flagged | null; reason: FlagReason; note: string },
): Promise<Done<z.input<typeof FlagShape>> | Problem> {
  const note = parseNote(typed, { longest: LONGEST_NOTE })
  if (note === null) return NO_NOTE_SO_LONG
  if (on === null) return NOT_THERE
  const { curators } = site.accounts
  const outcome = await flag(site.db, { on, readerId: site.viewer.reader.id, reason, note, curators, now })
  if (!outcome.ok) return NOT_THERE
  if (outcome.hidden) site.changed('everything')
  return { ok: true, body: { flagged: true } }
}

export const flagPaper = acting({
  ...flagging,
  id: 'flag_paper',
  path: '/api/papers/{id+}/flags',
  summary: 'Flag a paper for the curators',
  parameters: z.strictObject({ id: PaperId }),
  async run(asking, { id, ...said }) {
    const found = await askedPaper(asking.site, id)
    if (!found.ok) return found
    const { paper } = found
    return sendFlag(asking, { on: paper.hidden ? null : { kind: 'paper', id: paper.id }, ...said })
  },
})

export const flagComment = acting({
  ...flagging,
  id: 'flag_comment',
  path: '/api/comments/{id}/flags',
  summary: 'Flag a comment for the curators',
  parameters: z.strictObject({ id: CommentId }),
  async run(asking, { id, ...said }) {
    const subject = await flaggable(asking.site, { kind: 'comment', id: String(id) })
    return sendFlag(asking, { on: subject?.on ?? null, ...said })
  },
})

export const flagCollection = acting({
  ...flagging,
  id: 'flag_collection',
  path: '/api/collections/{id}/flags',
  summary: 'Flag a public collection for the curators',
  parameters: z.strictObject({ id: z.string().min(1).max(40) }),
  async run(asking, { id, ...said }) {
    const subject = await flaggable(asking.site, { kind: 'collection', id })
    return sendFlag(asking, { on: subject?.on ?? null, ...said })
  },
})

export const claimPaper = acting({
  id: 'claim_authorship',
  method: 'PUT',
  path: '/api/papers/{id+}/claim',
  group: GROUP,
  summary: 'Say that you wrote a paper',
  description:
    'If you signed in with an ORCID that is on the paper, that is confirmed at once; otherwise a curator decides. Your vote for it and your pick of it are withdrawn when it is.',
  scope: 'submit',
  limit: RATE_LIMITS.change,
  parameters: z.strictObject({ id: PaperId }),
  body: z.strictObject({
    note: text(2 * LONGEST_CLAIM)
      .default('')
      .describe(`How curators can tell: up to ${LONGEST_CLAIM} characters`),
  }),
  answer: z.object({ id: z.string(), state: z.enum(['waiting', 'confirmed']) }).meta({ id: 'Claim' }),
  async run({ site, now }, { id, note: typed }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const note = parseNote(typed, { longest: LONGEST_CLAIM })
    if (note === null) return NO_NOTE_SO_LONG
    const { paper } = found
    const outcome = await claimAuthorship(site.db, {
      paperId: paper.id,
      reader: site.viewer.reader,
      note,
      now,
    })
    if (!outcome.ok)
      return outcome.kind === 'refused'
        ? problem(
            'conflict',
            'A curator rejected your claim. To prove it, sign in with the ORCID given on the paper.',
            { parameter: 'id' },
          )
        : GONE
    if (outcome.state === 'confirmed') site.changed([...attentionOn(paper), 'comments', 'picks'])
    return { ok: true, body: { id: paper.address, state: outcome.state } }
  },
})
