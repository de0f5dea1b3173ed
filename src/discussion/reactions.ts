import { sql, type Kysely } from 'kysely'
import { holdReaders } from '../db/hold-readers.ts'
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
    await holdReaders(trx, { acting: [readerId] })
    // Held before anything else is read: its paper may be merged meanwhile.
    const comment = await trx
      .selectFrom('comments')
      .select(['paper_id', 'reader_id', 'deleted_at', 'hidden_at'])
      .where('id', '=', commentId)
      .forShare()
      .executeTakeFirst()
    const paper =
      comment &&
      (await trx.selectFrom('papers').select('hidden').where('id', '=', comment.paper_id).executeTakeFirst())
    if (!comment || comment.deleted_at !== null || comment.hidden_at !== null || paper?.hidden !== false)
      return { ok: false, kind: 'no-comment', reason: 'This comment is no longer here.' }
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
    const { rows } = await sql<{ count: number }>`
      select (select count(*) from reactions r where (r.comment_id, r.reaction) = (c.id, ${reaction}))::int
        + coalesce((select count from imported_reactions r where (r.comment_id, r.reaction) = (c.id, ${reaction})), 0) as count
      from comments c where c.id = ${commentId}`.execute(trx)
    return { ok: true, count: rows[0]?.count ?? 0 }
  })
}

/** How often readers reacted to a comment in each way, and whether one of them did. One query. */
export async function countReactions(
  db: Kysely<Database>,
  { commentId, readerId }: { commentId: number; readerId: string | null },
): Promise<Partial<Record<Reaction, ReactionCount>>> {
  const { rows } = await sql<{ reaction: Reaction } & ReactionCount>`
    select reaction, count(*)::int as count, coalesce(bool_or(reader_id = ${readerId}::uuid), false) as own
    from reactions where comment_id = ${commentId} group by reaction`.execute(db)
  return Object.fromEntries(rows.map(({ reaction, ...count }) => [reaction, count]))
}
