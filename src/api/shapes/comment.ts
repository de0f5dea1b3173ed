import { z } from 'zod'
import type { Comment } from '../../discussion/read-comments.ts'
import { REACTIONS } from '../../discussion/reactions.ts'
import type { Site } from '../../web/site.ts'

/** A comment on a paper; `data` says again what clients of daily papers read there. */
export const CommentShape = z
  .object({
    id: z.int(),
    parentId: z.int().nullable().describe('The comment that it replies to'),
    type: z.literal('comment'),
    author: z
      .object({
        _id: z.string(),
        name: z.string(),
        fullname: z.string(),
        avatarUrl: z.string(),
        isCurator: z.boolean(),
        isAuthor: z.boolean().describe('Whether they are a confirmed author of the paper'),
      })
      .nullable()
      .describe('null once the comment or the account is gone'),
    state: z.enum(['shown', 'deleted', 'hidden']),
    body: z.string().nullable().describe('Markdown with formulas in TeX; null where it may not be read'),
    createdAt: z.iso.datetime(),
    editedAt: z.iso.datetime().nullable(),
    reactions: z.record(z.enum(REACTIONS), z.int()).describe('How many readers reacted so'),
    url: z.string(),
    data: z.object({
      edited: z.boolean(),
      hidden: z.boolean(),
      latest: z.object({ raw: z.string(), updatedAt: z.iso.datetime() }),
    }),
  })
  .meta({ id: 'Comment' })

export function toCommentJson(site: Site, comment: Comment): z.input<typeof CommentShape> {
  const { id, parentId, writer, state, body, writtenAt, editedAt, reactions } = comment
  const counts = REACTIONS.map((reaction) => [reaction, reactions[reaction]?.count ?? 0] as const)
  return {
    id,
    parentId,
    type: 'comment',
    author: writer && {
      _id: writer.id,
      name: writer.name,
      fullname: writer.name,
      avatarUrl: `${site.origin}/favicon.svg`,
      isCurator: writer.curator,
      isAuthor: writer.author,
    },
    state,
    body,
    createdAt: writtenAt.toISOString(),
    editedAt: editedAt?.toISOString() ?? null,
    reactions: Object.fromEntries(counts) as Record<(typeof REACTIONS)[number], number>,
    url: `${site.origin}/comments/${id}`,
    data: {
      edited: editedAt !== null,
      hidden: state !== 'shown',
      latest: { raw: body ?? '', updatedAt: (editedAt ?? writtenAt).toISOString() },
    },
  }
}
