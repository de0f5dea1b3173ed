import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { interestList } from './mailed-list.ts'
import { endSubscription, holdSubscription } from './subscriptions.ts'

// What becomes of the mail that one interest of a reader finds, when the interest is no more.

/** Lists at once; the others are for the next time. */
const AT_ONCE = 1_000

/**
 * Lets what an interest found by mail go on as what the interest finds that it was made part of; where that comes already, it ends.
 * Where nothing comes of it, nothing changes.
 */
export async function moveInterestMail(
  db: Kysely<Database>,
  { readerId, interestId, intoId, now }: { readerId: string; interestId: number; intoId: number; now: Date },
): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    select s.id from readers r join subscribers b on b.email = r.email join subscriptions s on s.subscriber_id = b.id
    where r.id = ${readerId} and r.email_verified and s.list = ${interestList(interestId)}`.execute(db)
  const [held] = rows
  if (!held) return
  const list = interestList(intoId)
  const isMoved = await inTransaction(db, async (trx) => {
    const found = await holdSubscription(trx, held)
    if (!found) return true
    const { numAffectedRows } = await sql`
      update subscriptions set list = ${list} where id = ${held.id}
        and not exists (select from subscriptions where subscriber_id = ${found.subscriber_id} and list = ${list})`.execute(
      trx,
    )
    return numAffectedRows === 1n
  })
  if (!isMoved) await endSubscription(db, { id: held.id, now })
}

/** Ends what came by mail of interests that were dropped or forgotten since. */
export async function endMailOfLostInterests(db: Kysely<Database>, { now }: { now: Date }): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    select id from subscriptions where list like '/for-you/interests/%'
      and not exists (select from interests where id = substring(list from '[0-9]+$')::bigint)
    order by id limit ${AT_ONCE}`.execute(db)
  // One by one: each holds its subscriber first, as everybody does.
  for (const { id } of rows) await endSubscription(db, { id, now })
}
