import { z } from 'zod'
import { commentsOn, newestComments, parseCommentCursor } from '../../discussion/read-comments.ts'
import { LONGEST_DISCUSSION } from '../../discussion/comment-threads.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Site } from '../../web/site.ts'
import { Cursor, readCursor, writeCursor } from '../cursors.ts'
import { reading } from '../operation.ts'
import { CommentShape, toCommentJson } from '../shapes/comment.ts'
import { PaperId } from '../shapes/paper.ts'
import { askedPaper } from './find-paper.ts'

const GROUP = 'Discussion'

/** The comments on a paper, oldest first, as whoever asks may see them. */
export async function commentsAsJson(site: Site, paper: Paper): Promise<z.input<typeof CommentShape>[]> {
  const { viewer, accounts } = site
  const comments = await commentsOn(site.db, {
    paperId: paper.id,
    viewer: viewer && { id: viewer.reader.id, curator: viewer.reader.curator },
    curators: accounts.curators,
    limit: LONGEST_DISCUSSION,
  })
  return comments.map((comment) => toCommentJson(site, comment))
}

export const listPaperComments = reading({
  id: 'list_paper_comments',
  path: '/api/papers/{id+}/comments',
  group: GROUP,
  summary: 'The comments on a paper, oldest first',
  description: 'Threads are told by `parentId`.',
  parameters: z.strictObject({ id: PaperId }),
  answer: z.array(CommentShape),
  async run({ site }, { id }) {
    const found = await askedPaper(site, id)
    if (!found.ok) return found
    return { ok: true, body: await commentsAsJson(site, found.paper), shows: [`paper ${found.paper.id}`] }
  },
})

export const listComments = reading({
  id: 'list_comments',
  path: '/api/comments',
  group: GROUP,
  summary: 'The newest comments on all papers',
  query: z.strictObject({
    limit: z.int().min(1).max(100).default(50),
    cursor: Cursor,
  }),
  answer: z.array(CommentShape.extend({ paper: z.string().describe('The id of the paper') })),
  isPaged: true,
  async run({ site }, { limit, cursor }) {
    const from = readCursor(cursor, parseCommentCursor)
    if (!from.ok) return from
    const { comments, next } = await newestComments(site.db, {
      after: from.after,
      limit,
      viewer: null,
      curators: site.accounts.curators,
    })
    return {
      ok: true,
      body: comments.map(({ comment, paper }) => ({ ...toCommentJson(site, comment), paper: paper.address })),
      next: next && { cursor: writeCursor(next) },
    }
  },
})
