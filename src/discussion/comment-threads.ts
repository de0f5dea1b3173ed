import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { commentsOn, type Comment, type Looker } from './read-comments.ts'

/** A comment and its answers, oldest first. */
export type Thread = Comment & {
  answers: Thread[]
  /** Whether it stands beside what it answers, because threads are shown no deeper. */
  isFlat: boolean
  /** Who wrote what it answers; null where nobody is named. */
  answersTo: string | null
}

/** How deep threads are shown. */
export const DEEPEST_SHOWN = 6
/** A discussion is shown up to so many comments. */
export const LONGEST_DISCUSSION = 2_000

/** The discussion of a paper as one reader may see it, roots and answers oldest first: two queries. */
export async function commentsOf(
  db: Kysely<Database>,
  {
    paperId,
    looker,
    curators = new Set(),
  }: { paperId: number; looker: Looker; curators?: ReadonlySet<string> },
): Promise<Thread[]> {
  return threadsOf(await commentsOn(db, { paperId, looker, curators, limit: LONGEST_DISCUSSION }))
}

/**
 * Comments, in the order in which they were written, as threads: the answers of one below it, down to a depth of 6. What
 * answers deeper stands below the one at that depth, in the order in which it was written.
 */
export function threadsOf(comments: Comment[]): Thread[] {
  const roots: Thread[] = []
  /** The threads by their number, how deep they stand, and the list in which they stand. */
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
