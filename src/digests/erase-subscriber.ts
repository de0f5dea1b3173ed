import { sql, type Kysely, type Transaction } from 'kysely'
import { forgetRatesOf } from '../accounts/rate-limits.ts'
import { canonicalMailbox } from '../accounts/suspensions.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EmailAddress } from '../mail/address.ts'
import { addressHash } from './subscriptions.ts'

/**
 * Erases an address and all that was kept of it as a subscriber: its lists, what it was sent, mail that waits for it, and
 * what was counted. With `never`, a keyed hash stays by which we know not to write to it again. An account of that address is
 * another matter (readers/delete-account.ts).
 */
export async function eraseSubscriber(
  db: Kysely<Database>,
  { email, never, secret, now }: { email: EmailAddress; never: boolean; secret: string; now: Date },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await forgetSubscriber(trx, { email })
    if (never)
      await trx
        .insertInto('suppressed_addresses')
        .values({ hash: addressHash(email, secret), since: now })
        .onConflict((conflict) => conflict.column('hash').doNothing())
        .execute()
  })
}

/** The same in a transaction of the caller's, without remembering anything. */
export async function forgetSubscriber(
  trx: Transaction<Database>,
  { email }: { email: string },
): Promise<void> {
  await sql`select from subscribers where email = ${email} for update`.execute(trx)
  // Issues stay for the counts of their runs, without what they said or to whom.
  await sql`
      update digest_issues set content = null, due_again_at = null, claimed_until = null, holder = null, failure = null,
        state = case when state in ('waiting', 'sending', 'in doubt') then 'given up' else state end
      where subscription_id in (select s.id from subscriptions s join subscribers b on b.id = s.subscriber_id
        where b.email = ${email})`.execute(trx)
  await sql`delete from subscribers where email = ${email}`.execute(trx)
  await forgetMailTo(trx, email)
  await forgetRatesOf(trx, [email, await canonicalMailbox(trx, { address: email })])
}

/** Mail to an address, sent or not. */
async function forgetMailTo(db: Kysely<Database>, email: string): Promise<void> {
  await sql`delete from outgoing_mail where lower(recipient) = lower(${email})`.execute(db)
}
