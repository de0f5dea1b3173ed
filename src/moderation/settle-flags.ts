import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { asCurator } from './as-curator.ts'
import { describeFlagged, holdFlagged, type Flagged } from './flagged.ts'
import { GONE, logAct, type Acting, type ActOutcome } from './moderation-log.ts'

/** A curator has looked at what was flagged and leaves it as it is. */
export async function dismissFlags(
  db: Kysely<Database>,
  { on: asked, curatorId, reason, now }: { on: Flagged } & Acting,
): Promise<ActOutcome> {
  return asCurator(db, { curatorId }, async (trx) => {
    const on = await holdFlagged(trx, asked)
    const subject = on && (await describeFlagged(trx, on))
    if (!subject) return GONE
    if ((await settleFlags(trx, { on, curatorId, now })) === 0) return { ok: true, changed: false }
    await logAct(trx, { act: 'dismiss-flags', on: subject, curatorId, reason, now })
    return { ok: true, changed: true }
  })
}

/** Closes the open flags of something, in the transaction of the act that answers them; how many they were. */
export async function settleFlags(
  trx: Transaction<Database>,
  { on, curatorId, now, reason }: { on: Flagged; curatorId: string; now: Date; reason?: string },
): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('flags')
    .set({ settled_at: now, settled_by: curatorId })
    .where(sql.ref(`${on.kind}_id`), '=', on.id)
    .where('settled_at', 'is', null)
    .$if(reason !== undefined, (query) => query.where('reason', '=', reason ?? ''))
    .executeTakeFirst()
  return Number(numUpdatedRows)
}
