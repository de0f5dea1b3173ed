import { z } from 'zod'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import { waitForComment } from '../../discussion/comment-allowance.ts'
import { LONGEST_COMMENT } from '../../discussion/comment-markdown.ts'
import type { CommentRefusal } from '../../discussion/comment-refusals.ts'
import { readText } from '../../discussion/comment-text.ts'
import { editComment, writeComment } from '../../discussion/comments.ts'
import { deleteComment } from '../../discussion/delete-comment.ts'
import { react, REACTIONS, type Reaction } from '../../discussion/reactions.ts'
import { attentionOn, type ChangingPart } from '../../ranking/announce-changes.ts'
import type { Viewer } from '../../web/site.ts'
import { tooOften } from '../call.ts'
import { acting, type Asking, type Done, type Prepared } from '../operation.ts'
import { problem, type Problem, type ProblemKind } from '../problem.ts'
import { askedComment, commentAsJson, CommentId } from '../reading/find-comment.ts'
import { askedPaper } from '../reading/find-paper.ts'
import { CommentShape } from '../shapes/comment.ts'
import { PaperId, text } from '../shapes/paper.ts'

const GROUP = 'Discussion'

// A character can be two units of a text.
const Body = text(2 * LONGEST_COMMENT).describe(
  `Markdown with formulas in TeX, of up to ${LONGEST_COMMENT} characters`,
)

const KINDS = {
  'no-paper': 'not-found',
  'no-parent': 'conflict',
  'no-comment': 'not-found',
  'not-own': 'not-allowed',
  hidden: 'not-allowed',
  locked: 'not-allowed',
  empty: 'refused',
  'too-long': 'refused',
  'too-many-links': 'refused',
} as const satisfies Record<CommentRefusal['kind'], ProblemKind>

const OF_TEXT: ReadonlySet<CommentRefusal['kind']> = new Set(['empty', 'too-long', 'too-many-links'])

function refusedAs({ kind, reason }: CommentRefusal): Problem {
  return problem(KINDS[kind], reason, { parameter: OF_TEXT.has(kind) ? 'body' : 'id' })
}

/** Whether a reader may write this now. */
async function mayWrite(
  { site, now }: Asking<Viewer>,
  { body }: { body: string },
): Promise<Prepared<undefined>> {
  const { reader } = site.viewer
  const read = readText(body, reader)
  if (!read.ok) return refusedAs(read)
  const waiting = await waitForComment(site.db, { reader, now })
  return waiting === null ? { ok: true, with: undefined } : tooOften(waiting)
}

export const commentOnPaper = acting({
  id: 'comment_on_paper',
  method: 'POST',
  path: '/api/papers/{id+}/comments',
  group: GROUP,
  summary: 'Comment on a paper',
  description: 'The same comment on the same paper within a minute is the one that was written before.',
  scope: 'comment',
  limit: RATE_LIMITS.change,
  status: 201,
  parameters: z.strictObject({ id: PaperId }),
  body: z.strictObject({ body: Body }),
  answer: CommentShape,
  prepare: mayWrite,
  async run(asking, { id, body }) {
    const found = await askedPaper(asking.site, id)
    if (!found.ok) return found
    const { paper } = found
    return write(asking, { paper, paperId: paper.id, parentId: null, body })
  },
})

export const replyToComment = acting({
  id: 'reply_to_comment',
  method: 'POST',
  path: '/api/comments/{id}/replies',
  group: GROUP,
  summary: 'Reply to a comment',
  description: 'Who wrote the comment gets an email, if they want that.',
  scope: 'comment',
  limit: RATE_LIMITS.change,
  status: 201,
  parameters: z.strictObject({ id: CommentId }),
  body: z.strictObject({ body: Body }),
  answer: CommentShape,
  prepare: mayWrite,
  async run(asking, { id, body }) {
    const found = await askedComment(asking.site, id)
    if (!found.ok) return found
    const { comment, paper } = found
    return write(asking, { paper, paperId: comment.paperId, parentId: comment.id, body })
  },
})

async function write(
  { site, now }: Asking<Viewer>,
  {
    paper,
    paperId,
    parentId,
    body,
  }: { paper: { edition: string | null }; paperId: number; parentId: number | null; body: string },
): Promise<Done<z.input<typeof CommentShape>> | Problem> {
  const common = { paperId, reader: site.viewer.reader, body, now }
  const outcome = await writeComment(
    site.db,
    parentId === null
      ? { ...common, parentId }
      : {
          ...common,
          parentId,
          site: { name: site.name, origin: site.origin, secret: site.accounts.secret },
        },
  )
  if (!outcome.ok) return refusedAs(outcome)
  if (outcome.isNew) site.changed(aboutPaper({ id: paperId, ...paper }))
  const written = await commentAsJson(site, outcome.id)
  if (!written.ok) return written
  return {
    ok: true,
    body: written.json,
    location: `/api/comments/${outcome.id}`,
    status: outcome.isNew ? 201 : 200,
  }
}

export const editOwnComment = acting({
  id: 'edit_comment',
  method: 'PATCH',
  path: '/api/comments/{id}',
  group: GROUP,
  summary: 'Edit a comment of yours',
  description: 'The earlier version stays readable, unless you wrote it within the last two minutes.',
  scope: 'comment',
  limit: RATE_LIMITS.change,
  parameters: z.strictObject({ id: CommentId }),
  body: z.strictObject({ body: Body }),
  answer: CommentShape,
  async run({ site, now }, { id, body }) {
    const found = await askedComment(site, id)
    if (!found.ok) return found
    const { paperId } = found.comment
    const outcome = await editComment(site.db, { commentId: id, reader: site.viewer.reader, body, now })
    if (!outcome.ok) return refusedAs(outcome)
    if (outcome.edited) site.changed(aboutPaper({ id: paperId, edition: found.paper.edition }))
    const edited = await commentAsJson(site, id)
    return edited.ok ? { ok: true, body: edited.json } : edited
  },
})

export const deleteOwnComment = acting({
  id: 'delete_comment',
  method: 'DELETE',
  path: '/api/comments/{id}',
  group: GROUP,
  summary: 'Delete a comment of yours for good',
  description: 'Its place stays empty where others have replied. One that is gone already is no error.',
  scope: 'comment',
  limit: RATE_LIMITS.change,
  parameters: z.strictObject({ id: CommentId }),
  answer: z.object({ id: z.int(), deleted: z.boolean() }).meta({ id: 'DeletedComment' }),
  async run({ site, now }, { id }) {
    const found = await askedComment(site, id)
    // Also one on a paper that was hidden since.
    const outcome = await deleteComment(site.db, { commentId: id, readerId: site.viewer.reader.id, now })
    if (!outcome.ok && outcome.kind === 'not-own') return found.ok ? refusedAs(outcome) : found
    if (found.ok) site.changed(aboutPaper({ id: found.comment.paperId, edition: found.paper.edition }))
    return { ok: true, body: { id, deleted: true } }
  },
})

const ReactedShape = z
  .object({
    reaction: z.enum(REACTIONS),
    own: z.boolean().describe('Whether you react so now'),
    count: z.int().describe('How many readers react so now'),
  })
  .meta({ id: 'ReactionOfMine' })

const reacting = (on: boolean) =>
  async function run(
    { site, now }: Asking<Viewer>,
    { id, reaction }: { id: number; reaction: Reaction },
  ): Promise<Done<z.input<typeof ReactedShape>> | Problem> {
    const found = await askedComment(site, id)
    if (!found.ok) return found
    const readerId = site.viewer.reader.id
    const outcome = await react(site.db, { commentId: id, readerId, reaction, on, now })
    if (!outcome.ok)
      return problem(outcome.kind === 'no-comment' ? 'not-found' : 'refused', outcome.reason, {
        parameter: 'id',
      })
    site.changed([`paper ${found.comment.paperId}`])
    return { ok: true, body: { reaction, own: on, count: outcome.count } }
  }

const OneReaction = z.strictObject({ id: CommentId, reaction: z.enum(REACTIONS) })

export const reactToComment = acting({
  id: 'react_to_comment',
  method: 'PUT',
  path: '/api/comments/{id}/reactions/{reaction}',
  group: GROUP,
  summary: 'React to someone else’s comment',
  scope: 'comment',
  limit: RATE_LIMITS.vote,
  parameters: OneReaction,
  answer: ReactedShape,
  run: reacting(true),
})

export const withdrawReaction = acting({
  id: 'withdraw_reaction',
  method: 'DELETE',
  path: '/api/comments/{id}/reactions/{reaction}',
  group: GROUP,
  summary: 'Withdraw a reaction',
  scope: 'comment',
  limit: RATE_LIMITS.vote,
  parameters: OneReaction,
  answer: ReactedShape,
  run: reacting(false),
})

/** What a comment may change: what stands on its paper's page, the newest comments, and the paper's heat. */
function aboutPaper(paper: { id: number; edition: string | null }): ChangingPart[] {
  return [...attentionOn(paper), 'comments']
}
