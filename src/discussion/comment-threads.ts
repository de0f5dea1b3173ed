import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { commentsOn, type Comment, type CommentViewer } from './read-comments.ts'

/** A comment and its answers, oldest first. */
export type Thread = Comment & {
  answers: Thread[]
  /** Whether it is shown beside the comment it replies to, because threads are not nested deeper. */
  isFlat: boolean
  /** The writer of the comment it replies to; null if they have no name to show. */
  answersTo: string | null
}

/** How deep threads are nested. */
export const DEEPEST_SHOWN = 6
/** How many comments of a discussion are shown. */
export const LONGEST_DISCUSSION = 2_000

/** The discussion of a paper as one reader can see it, oldest first: two queries. */
export async function commentsOf(
  db: Kysely<Database>,
  {
    paperId,
    viewer,
    curators = new Set(),
  }: { paperId: number; viewer: CommentViewer; curators?: ReadonlySet<string> },
): Promise<Thread[]> {
  return threadsOf(await commentsOn(db, { paperId, viewer, curators, limit: LONGEST_DISCUSSION }))
}

/**
 * Comments, in the order they were written, as threads: replies are nested below the comment they reply to, to a depth
 * of 6. Deeper replies follow the one at that depth, in the order they were written.
 */
export function threadsOf(comments: Comment[]): Thread[] {
  const roots: Thread[] = []
  /** The threads by comment number, with their depth and the list they are in. */
  const placed = new Map<number, { thread: Thread; depth: number; among: Thread[] }>()
  for (const comment of comments) {
    const parent = comment.parentId === null ? undefined : placed.get(comment.parentId)
    const isFlat = parent !== undefined && parent.depth >= DEEPEST_SHOWN
    const among = parent === undefined ? roots : isFlat ? parent.among : parent.thread.answers
    const depth = parent === undefined ? 1 : isFlat ? parent.depth : parent.depth + 1
    const thread: Thread = { ...comment, answers: [], isFlat, answersTo: parent?.thread.writer?.name ?? null }
    among.push(thread)
    placed.set(comment.id, { thread, depth, among })
  }
  return roots
}
