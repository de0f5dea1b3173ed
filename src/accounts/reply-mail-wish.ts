import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** A reader wants no more email about replies to their comments; whoever has no account any more gets none anyway. */
export async function stopReplyMail(
  db: Kysely<Database>,
  { readerId, now }: { readerId: string; now: Date },
): Promise<void> {
  await db
    .updateTable('readers')
    .set({ mail_replies: false, updated_at: now })
    .where('id', '=', readerId)
    .where('mail_replies', '=', true)
    .execute()
}

/** Whether the account of an address, if there is one, is emailed about replies. */
export async function setReplyMail(
  db: Kysely<Database>,
  { email, wanted, now }: { email: string; wanted: boolean; now: Date },
): Promise<void> {
  await db
    .updateTable('readers')
    .set({ mail_replies: wanted, updated_at: now })
    .where('email', '=', email)
    .where('email_verified', '=', true)
    .execute()
}
