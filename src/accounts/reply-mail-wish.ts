import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Whether the account of an address that is proven is emailed about replies to its comments; null where there is none. */
export async function wantsReplyMail(
  db: Kysely<Database>,
  { email }: { email: string },
): Promise<boolean | null> {
  const row = await db
    .selectFrom('readers')
    .select('mail_replies')
    .where('email', '=', email)
    .where('email_verified', '=', true)
    .executeTakeFirst()
  return row?.mail_replies ?? null
}

/** Notes whether a reader, or whoever has proven an address, wants that email. Without such an account nothing happens. */
export async function setReplyMail(
  db: Kysely<Database>,
  { of, wanted, now }: { of: { id: string } | { email: string }; wanted: boolean; now: Date },
): Promise<void> {
  await db
    .updateTable('readers')
    .set({ mail_replies: wanted, updated_at: now })
    .where((eb) =>
      'id' in of
        ? eb('id', '=', of.id)
        : eb.and([eb('email', '=', of.email), eb('email_verified', '=', true)]),
    )
    .where('mail_replies', '<>', wanted)
    .execute()
}
