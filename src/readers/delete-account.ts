import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { takeBackSignal } from '../ranking/signals.ts'
import { takeBackAllVotes } from '../ranking/votes.ts'

/**
 * Deletes an account and everything of its own, in one transaction. Votes and picks are withdrawn, so that papers are
 * ranked as if they had never been made. Comments are erased, and those without replies disappear. What others must be
 * able to follow stays, without a name: the place of a comment with replies, and what a curator did (moderation log).
 */
export async function deleteAccount(
  db: Kysely<Database>,
  { readerId, now }: { readerId: string; now: Date },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await takeBackAllVotes(trx, { readerId, now })

    const picks = await trx
      .deleteFrom('picks')
      .where('curator_id', '=', readerId)
      .returning(['paper_id', 'event'])
      .execute()
    const comments = await trx
      .selectFrom('comments')
      .select(['paper_id', 'event'])
      .where('reader_id', '=', readerId)
      .execute()
    const events = [
      ...picks.map(({ paper_id: paperId, event }) => ({ paperId, kind: 'pick' as const, event })),
      ...comments.map(({ paper_id: paperId, event }) => ({ paperId, kind: 'comment' as const, event })),
    ]
    for (const { paperId, kind, event } of events.toSorted((a, b) => a.paperId - b.paperId)) {
      if (event !== null)
        await takeBackSignal(trx, { paperId, kind, origin: 'reader', originKey: event }, { now })
    }

    await sql`delete from comment_edits where comment_id in (select id from comments where reader_id = ${readerId})`.execute(
      trx,
    )
    await sql`update comments set body = '', event = null, deleted_at = coalesce(deleted_at, ${now}), reader_id = null
      where reader_id = ${readerId}`.execute(trx)
    // Removes the erased comments that end threads, from the last to the first.
    for (;;) {
      const gone = await sql`delete from comments c where reader_id is null and deleted_at is not null
        and paper_id = any(${comments.map((comment) => comment.paper_id)}::bigint[])
        and not exists (select from comments r where r.parent_id = c.id)`.execute(trx)
      if (!gone.numAffectedRows) break
    }
    const papers = [...picks, ...comments].map(({ paper_id: id }) => id)
    await sql`update papers p set
        comment_count = (select count(*) from comments where paper_id = p.id and deleted_at is null and hidden_at is null),
        pick_count = (select count(*) from picks where paper_id = p.id)
      where id = any(${papers}::bigint[])`.execute(trx)

    // Emailed links contain the address; the rest is deleted with the account.
    const reader = await trx
      .selectFrom('readers')
      .select('email')
      .where('id', '=', readerId)
      .executeTakeFirst()
    if (!reader) return
    await sql`delete from verifications where value like ${`%${JSON.stringify(reader.email).replaceAll(/[\\%_]/g, '\\$&')}%`}`.execute(
      trx,
    )
    await trx.deleteFrom('outgoing_mail').where('recipient', '=', reader.email).execute()
    await trx.deleteFrom('readers').where('id', '=', readerId).execute()
  })
}
