import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { asCurator } from './as-curator.ts'
import { describeFlagged, holdFlagged, type Flagged } from './flagged.ts'
import { NO_LONGER_HERE, logAct, type Decision, type ActOutcome } from './moderation-log.ts'

/** A curator has reviewed what was flagged and leaves it as it is. */
export async function dismissFlags(
  db: Kysely<Database>,
  { on: asked, curatorId, reason, now }: { on: Flagged } & Decision,
): Promise<ActOutcome> {
  return asCurator(db, { curatorId, on: asked }, async (trx) => {
    const on = await holdFlagged(trx, asked)
    const subject = on && (await describeFlagged(trx, on))
    if (!subject) return NO_LONGER_HERE
    if ((await resolveFlags(trx, { on, curatorId, now })) === 0) return { ok: true, changed: false }
    await logAct(trx, { act: 'dismiss-flags', on: subject, curatorId, reason, now })
    return { ok: true, changed: true }
  })
}

/**
 * Resolves the open flags on something, in the transaction of the action that answers them; returns how many there
 * were.
 */
export async function resolveFlags(
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
