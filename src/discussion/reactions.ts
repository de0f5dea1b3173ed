import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'

/** The reactions to a comment. */
export const REACTIONS = ['agree', 'insightful', 'thanks', 'unclear'] as const
export type Reaction = (typeof REACTIONS)[number]

/** How many readers reacted in a way, and whether the viewer is one of them. */
export type ReactionCount = { count: number; own: boolean }

export type ReactOutcome =
  /** `count`: how many readers react this way now. */
  { ok: true; count: number } | { ok: false; kind: 'no-comment' | 'own-comment'; reason: string }

/** A reaction from a submitted form, or null. */
export function parseReaction(text: string): Reaction | null {
  return REACTIONS.find((reaction) => reaction === text) ?? null
}

/**
 * Reacts to someone else's comment, or withdraws the reaction. `on` is the wanted state, so that pressing twice changes
 * nothing more. Reactions are for the comment's writer; they do not affect ranking.
 */
export async function react(
  db: Kysely<Database>,
  {
    commentId,
    readerId,
    reaction,
    on,
    now,
  }: { commentId: number; readerId: string; reaction: Reaction; on: boolean; now: Date },
): Promise<ReactOutcome> {
  return inTransaction(db, async (trx) => {
    const comment = await trx
      .selectFrom('comments as c')
      .innerJoin('papers as p', 'p.id', 'c.paper_id')
      .select('c.reader_id')
      .where('c.id', '=', commentId)
      .where('c.deleted_at', 'is', null)
      .where('c.hidden_at', 'is', null)
      .where('p.hidden', '=', false)
      .forShare('c')
      .executeTakeFirst()
    if (!comment) return { ok: false, kind: 'no-comment', reason: 'This comment is no longer here.' }
    if (comment.reader_id === readerId)
      return { ok: false, kind: 'own-comment', reason: 'You cannot react to your own comment.' }
    if (on)
      await trx
        .insertInto('reactions')
        .values({ comment_id: commentId, reader_id: readerId, reaction, at: now })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    else
      await trx
        .deleteFrom('reactions')
        .where('comment_id', '=', commentId)
        .where('reader_id', '=', readerId)
        .where('reaction', '=', reaction)
        .execute()
    const { count } = await trx
      .selectFrom('reactions')
      .select(sql<number>`count(*)::int`.as('count'))
      .where('comment_id', '=', commentId)
      .where('reaction', '=', reaction)
      .executeTakeFirstOrThrow()
    return { ok: true, count }
  })
}
