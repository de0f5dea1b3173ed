import { sql, type Kysely } from 'kysely'
import { rememberSuspension } from '../accounts/suspensions.ts'
import { holdReaders } from '../db/hold-readers.ts'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { countComments } from '../ranking/comment-count.ts'
import { takeBackSignals } from '../ranking/signals.ts'
import { forgetSubscriber } from '../digests/erase-subscriber.ts'
import { takeBackAllVotes } from '../ranking/votes.ts'
import { forgetReader } from './forget-reader.ts'

/**
 * Deletes an account and everything of its own, in one transaction. Votes and picks are withdrawn, so that papers are
 * ranked as if they had never been made. Comments are erased, and those without replies disappear. What others must be
 * able to follow stays, without a name: the place of a comment with replies, what they flagged and submitted, and what a
 * curator did, also to them (moderation log). Lists that come to their address end.
 * With `secret`, a suspended reader's mailbox and accounts elsewhere stay as keyed hashes, so that a new account of theirs
 * is suspended too.
 */
export async function deleteAccount(
  db: Kysely<Database>,
  { readerId, secret, now }: { readerId: string; secret?: string; now: Date },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    // Nothing of theirs moves to another paper, and nothing of theirs is in flight.
    await lockUntilCommit(trx, 'recording')
    await holdReaders(trx, { changed: [readerId] })
    if (secret !== undefined) await rememberSuspension(trx, { readerId, secret })
    await sql`select from papers where id in (
        select paper_id from votes where reader_id = ${readerId}
        union all select paper_id from picks where curator_id = ${readerId}
        union all select paper_id from comments where reader_id = ${readerId}
        union all select paper_id from comments where id in (select comment_id from reactions where reader_id = ${readerId})
      ) order by id for no key update`.execute(trx)
    await takeBackAllVotes(trx, { readerId, now })

    const picks = await trx
      .deleteFrom('picks')
      .where('curator_id', '=', readerId)
      .returning(['paper_id', 'event'])
      .execute()
    const comments = await trx
      .selectFrom('comments')
      .select(['id', 'paper_id', 'event'])
      .where('reader_id', '=', readerId)
      .execute()
    await takeBackSignals(
      trx,
      [
        ...picks.map((pick) => ({ kind: 'pick' as const, ...pick })),
        ...comments.map((comment) => ({ kind: 'comment' as const, ...comment })),
      ].flatMap(({ paper_id: paperId, kind, event }) =>
        event === null ? [] : [{ paperId, kind, origin: 'reader', originKey: event }],
      ),
      { now },
    )

    await sql`delete from comment_edits where comment_id in (select id from comments where reader_id = ${readerId})`.execute(
      trx,
    )
    await sql`update comments set body = '', html = null, event = null, deleted_at = coalesce(deleted_at, ${now}), reader_id = null
      where reader_id = ${readerId}`.execute(trx)
    // Removes the erased comments that end threads, from the last to the first.
    for (;;) {
      const gone = await sql`delete from comments c where reader_id is null and deleted_at is not null
        and paper_id = any(${comments.map((comment) => comment.paper_id)}::bigint[])
        and not exists (select from comments r where r.parent_id = c.id)`.execute(trx)
      if (!gone.numAffectedRows) break
    }
    await countComments(
      trx,
      comments.map(({ paper_id: id }) => id),
    )
    await sql`update papers p set pick_count = (select count(*) from picks where paper_id = p.id)
      where id = any(${picks.map(({ paper_id: id }) => id)}::bigint[])`.execute(trx)

    const reader = await trx
      .selectFrom('readers')
      .select(['id', 'name', 'email', sql<string>`mailbox`.as('mailbox')])
      .where('id', '=', readerId)
      .executeTakeFirst()
    if (!reader) return
    await forgetReader(trx, { reader, commentIds: comments.map(({ id }) => id) })
    await forgetSubscriber(trx, reader)
    await trx.deleteFrom('readers').where('id', '=', readerId).execute()
    // Last: the foreign keys have waited for whatever else would have added one.
    await trx.deleteFrom('taste_changes').where('reader_id', '=', readerId).execute()
  })
}
