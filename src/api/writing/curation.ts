import { z } from 'zod'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { editionHead, LONGEST_HEAD_NOTE, typedNote, writeEditionHead } from '../../discussion/edition-head.ts'
import { writeNote } from '../../discussion/write-note.ts'
import { acceptWaitingSubmission, rejectWaitingSubmission } from '../../moderation/decide-submission.ts'
import { hideCollection, unhideCollection } from '../../moderation/hide-collection.ts'
import { hideComment, unhideComment } from '../../moderation/hide-comment.ts'
import { hidePaper, unhidePaper } from '../../moderation/hide-paper.ts'
import { lockComments, unlockComments } from '../../moderation/lock-comments.ts'
import {
  LONGEST_REASON,
  parseReason,
  type ActOutcome,
  type Decision,
} from '../../moderation/moderation-log.ts'
import { waitingSubmissions } from '../../moderation/submission-lists.ts'
import { dayPeriod } from '../../papers/calendar.ts'
import { paperAddress } from '../../papers/identifiers.ts'
import { attentionOn } from '../../ranking/announce-changes.ts'
import { parseNote } from '../../shelves/collection-papers.ts'
import { isCollectionId } from '../../shelves/collections.ts'
import { LONGEST_PICK_NOTE, pickPaper, withdrawPick, type PickOutcome } from '../../shelves/picks.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Site, Viewer } from '../../web/site.ts'
import { acting, type Asking, type Done } from '../operation.ts'
import { problem, type Problem } from '../problem.ts'
import { CommentId } from '../reading/find-comment.ts'
import { askedPaper } from '../reading/find-paper.ts'
import { Day, PaperId, text } from '../shapes/paper.ts'
import { GONE } from './marks.ts'

const GROUP = 'For curators'
const curating = { group: GROUP, scope: 'curate', curator: true, limit: RATE_LIMITS.change } as const
const onPaper = z.strictObject({ id: PaperId })

const PickShape = z
  .object({ id: z.string(), picked: z.boolean(), picks: z.int().describe('How many curators picked it now') })
  .meta({ id: 'Pick' })

export const pickPaperHere = acting({
  ...curating,
  id: 'pick_paper',
  method: 'PUT',
  path: '/api/papers/{id+}/pick',
  summary: 'Pick a paper, or change what you say of your pick',
  parameters: onPaper,
  body: z.strictObject({
    note: text(2 * LONGEST_PICK_NOTE)
      .default('')
      .describe(`Why: up to ${LONGEST_PICK_NOTE} characters`),
  }),
  answer: PickShape,
  async run({ site, now }, { id, note: typed }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const note = parseNote(typed, { longest: LONGEST_PICK_NOTE })
    if (note === null)
      return problem('refused', `A note can have up to ${LONGEST_PICK_NOTE} characters.`, {
        parameter: 'note',
      })
    const { paper } = found
    return pickAnswer(
      site,
      paper,
      await pickPaper(site.db, { paperId: paper.id, curator: site.viewer.reader, note, now }),
    )
  },
})

export const withdrawPickHere = acting({
  ...curating,
  id: 'withdraw_pick',
  method: 'DELETE',
  path: '/api/papers/{id+}/pick',
  summary: 'Withdraw your pick of a paper',
  parameters: onPaper,
  answer: PickShape,
  async run({ site, now }, { id }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    const { paper } = found
    return pickAnswer(
      site,
      paper,
      await withdrawPick(site.db, { paperId: paper.id, curatorId: site.viewer.reader.id, now }),
    )
  },
})

function pickAnswer(
  site: Site,
  paper: Paper,
  outcome: PickOutcome,
): Done<z.input<typeof PickShape>> | Problem {
  if (!outcome.ok)
    return outcome.kind === 'own-paper'
      ? problem('refused', 'You cannot pick a paper you wrote.', { parameter: 'id' })
      : GONE
  site.changed([...attentionOn(paper), 'picks'])
  return { ok: true, body: { id: paper.address, picked: outcome.picked, picks: outcome.picks } }
}

export const writeEditionHeadHere = acting({
  ...curating,
  id: 'write_edition_head',
  method: 'PUT',
  path: '/api/editions/{day}/head',
  summary: 'Write the note at the head of an edition, and choose its top story',
  description:
    'Both are replaced; with neither there is no head any more. Whoever changes the note signs it.',
  parameters: z.strictObject({ day: Day }),
  body: z.strictObject({
    note: text(2 * LONGEST_HEAD_NOTE)
      .default('')
      .describe(`Markdown with formulas in TeX, up to ${LONGEST_HEAD_NOTE} characters`),
    top: PaperId.nullable().default(null).describe('The id of a paper of the edition; null: as ranked'),
  }),
  answer: z
    .object({
      day: z.string(),
      note: z.string(),
      top: z.string().nullable(),
      by: z.string().nullable().describe('Who signs it'),
    })
    .meta({ id: 'EditionHead' }),
  async run({ site, now }, { day, note, top }) {
    if (dayPeriod(day) === null)
      return problem('bad-parameter', 'There is no such day. Write it like 2026-11-20.', { parameter: 'day' })
    const outcome = await writeEditionHead(site.db, {
      edition: day,
      note,
      topPaperAddress: top,
      curatorId: site.viewer.reader.id,
      now,
    })
    if (!outcome.ok) {
      if (outcome.kind === 'no-edition') return problem('not-found', outcome.reason, { parameter: 'day' })
      return problem(outcome.kind === 'changed' ? 'conflict' : 'refused', outcome.reason, {
        parameter: outcome.kind === 'no-paper' ? 'top' : 'note',
      })
    }
    site.changed('everything')
    const [head, kept] = await Promise.all([
      editionHead(site.db, { edition: day }),
      typedNote(site.db, { edition: day }),
    ])
    return {
      ok: true,
      body: { day, note: kept, top: head === null ? null : top, by: head?.by?.name ?? null },
    }
  },
})

const Reason = text(2 * LONGEST_REASON).describe(
  `Why: it is in the public moderation log. Up to ${LONGEST_REASON} characters`,
)
const DecidedShape = z
  .object({ changed: z.boolean().describe('false where it was so already') })
  .meta({ id: 'Decided' })

/** What a curator decides on something, with a reason; it is in the public log. */
async function decide(
  { site, now }: Asking<Viewer>,
  typed: string,
  act: (decision: Decision) => Promise<ActOutcome>,
): Promise<Done<z.input<typeof DecidedShape>> | Problem> {
  const reason = parseReason(typed)
  if (reason === null)
    return problem(
      'refused',
      `Give a reason of up to ${LONGEST_REASON.toLocaleString('en-GB')} characters.`,
      {
        parameter: 'reason',
      },
    )
  const outcome = await act({ curatorId: site.viewer.reader.id, reason, now })
  if (!outcome.ok) return problem('conflict', outcome.reason)
  if (outcome.changed) site.changed('everything')
  return { ok: true, body: { changed: outcome.changed } }
}

const Hiding = z.strictObject({ hidden: z.boolean(), reason: Reason })

export const hidePaperHere = acting({
  ...curating,
  id: 'hide_paper',
  method: 'PUT',
  path: '/api/papers/{id+}/hiding',
  summary: 'Hide a paper from everyone but curators, or unhide it',
  parameters: onPaper,
  body: Hiding,
  answer: DecidedShape,
  async run(asking, { id, hidden, reason }) {
    const found = await askedPaper(asking.site, id)
    if (!found.ok) return found
    const hide = hidden ? hidePaper : unhidePaper
    return decide(asking, reason, (decision) =>
      hide(asking.site.db, { paperId: found.paper.id, ...decision }),
    )
  },
})

export const closeDiscussion = acting({
  ...curating,
  id: 'close_discussion',
  method: 'PUT',
  path: '/api/papers/{id+}/comment-lock',
  summary: 'Close the discussion of a paper, or open it again',
  parameters: onPaper,
  body: z.strictObject({ locked: z.boolean(), reason: Reason }),
  answer: DecidedShape,
  async run(asking, { id, locked, reason }) {
    const found = await askedPaper(asking.site, id)
    if (!found.ok) return found
    const lock = locked ? lockComments : unlockComments
    return decide(asking, reason, (decision) =>
      lock(asking.site.db, { paperId: found.paper.id, ...decision }),
    )
  },
})

export const hideCommentHere = acting({
  ...curating,
  id: 'hide_comment',
  method: 'PUT',
  path: '/api/comments/{id}/hiding',
  summary: 'Hide a comment, or unhide it',
  parameters: z.strictObject({ id: CommentId }),
  body: Hiding,
  answer: DecidedShape,
  async run(asking, { id, hidden, reason }) {
    const hide = hidden ? hideComment : unhideComment
    return decide(asking, reason, (decision) => hide(asking.site.db, { commentId: id, ...decision }))
  },
})

export const hideCollectionHere = acting({
  ...curating,
  id: 'hide_collection',
  method: 'PUT',
  path: '/api/collections/{id}/hiding',
  summary: 'Hide a public collection, or unhide it',
  parameters: z.strictObject({ id: z.string().min(1).max(40) }),
  body: Hiding,
  answer: DecidedShape,
  async run(asking, { id, hidden, reason }) {
    if (!isCollectionId(id)) return problem('not-found', 'There is no such collection.', { parameter: 'id' })
    const hide = hidden ? hideCollection : unhideCollection
    return decide(asking, reason, (decision) => hide(asking.site.db, { collectionId: id, ...decision }))
  },
})

export const listWaitingSubmissions = acting({
  ...curating,
  id: 'list_waiting_submissions',
  method: 'GET',
  path: '/api/submissions',
  limit: null,
  summary: 'The submissions that wait for a curator, the longest waiting first',
  query: z.strictObject({ limit: z.int().min(1).max(100).default(50) }),
  answer: z.array(
    z
      .object({
        id: z.int(),
        identifier: z.string(),
        title: z.string(),
        note: z.string(),
        by: z.string().nullable().describe('The id of the reader; null once the account is gone'),
        submittedAt: z.iso.datetime(),
      })
      .meta({ id: 'WaitingSubmission' }),
  ),
  async run({ site }, { limit }) {
    const waiting = await waitingSubmissions(site.db, { limit })
    return {
      ok: true,
      body: waiting.map(({ id, identifier, found, note, reader, submittedAt }) => ({
        id,
        identifier: paperAddress(identifier),
        title: found.title,
        note,
        by: reader?.id ?? null,
        submittedAt: submittedAt.toISOString(),
      })),
    }
  },
})

export const decideSubmission = acting({
  ...curating,
  id: 'decide_submission',
  method: 'PUT',
  path: '/api/submissions/{id}/decision',
  summary: 'Accept a submission that waits, or reject it',
  parameters: z.strictObject({ id: z.int().min(1).max(999_999_999_999_999) }),
  body: z.strictObject({ accepted: z.boolean(), reason: Reason }),
  answer: DecidedShape,
  async run(asking, { id, accepted, reason }) {
    const { db, timeZone, accounts } = asking.site
    const { curators } = accounts
    return decide(asking, reason, (decision) =>
      accepted
        ? acceptWaitingSubmission(db, {
            id,
            ...decision,
            timeZone,
            writeNote: (trx, note) => writeNote(trx, { ...note, curators, now: decision.now }),
          })
        : rejectWaitingSubmission(db, { id, ...decision }),
    )
  },
})
