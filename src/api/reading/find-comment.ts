import { z } from 'zod'
import { countReactions } from '../../discussion/reactions.ts'
import { readComment, type Comment, type PaperOfComment } from '../../discussion/read-comments.ts'
import { isShownTo } from '../../papers/visibility.ts'
import { audienceOf, type Site } from '../../web/site.ts'
import { reading } from '../operation.ts'
import { problem, type Problem } from '../problem.ts'
import { CommentShape, toCommentJson } from '../shapes/comment.ts'

export const CommentId = z.int().min(1).max(999_999_999_999_999).describe('The number of a comment')

/** The comment with a number, and its paper, as far as who asks may see them. */
export async function askedComment(
  site: Site,
  id: number,
): Promise<{ ok: true; comment: Comment; paper: PaperOfComment } | Problem> {
  const { viewer } = site
  const found = await readComment(site.db, {
    commentId: id,
    viewer: viewer && { id: viewer.reader.id, curator: viewer.reader.curator },
    curators: site.accounts.curators,
  })
  return found && isShownTo(found.paper, audienceOf(site))
    ? { ok: true, ...found }
    : problem('not-found', 'This comment is no longer here.', { parameter: 'id' })
}

/** The comment with a number as it is sent. */
export async function commentAsJson(
  site: Site,
  id: number,
): Promise<{ ok: true; comment: Comment; json: z.input<typeof CommentShape> } | Problem> {
  const found = await askedComment(site, id)
  if (!found.ok) return found
  const { comment } = found
  const reactions =
    comment.state === 'shown'
      ? await countReactions(site.db, { commentId: id, readerId: site.viewer?.reader.id ?? null })
      : {}
  return { ok: true, comment, json: toCommentJson(site, { ...comment, reactions }) }
}

export const getComment = reading({
  id: 'get_comment',
  path: '/api/comments/{id}',
  group: 'Discussion',
  summary: 'One comment',
  parameters: z.strictObject({ id: CommentId }),
  answer: CommentShape,
  async run({ site }, { id }) {
    const found = await commentAsJson(site, id)
    return found.ok ? { ok: true, body: found.json, shows: [`paper ${found.comment.paperId}`] } : found
  },
})
