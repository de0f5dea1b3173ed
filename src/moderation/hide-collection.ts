import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { asCurator } from './as-curator.ts'
import { findCollection } from './flagged.ts'
import { GONE, logAct, type Acting, type ActOutcome } from './moderation-log.ts'
import { settleFlags } from './settle-flags.ts'
import { collectionSubject } from './subjects.ts'

/** Takes a public collection out of sight; whose it is still has it. */
export async function hideCollection(
  db: Kysely<Database>,
  options: { collectionId: string } & Acting,
): Promise<ActOutcome> {
  return setHidden(db, { ...options, hidden: true })
}

/** Shows a collection that was hidden again. */
export async function showCollection(
  db: Kysely<Database>,
  options: { collectionId: string } & Acting,
): Promise<ActOutcome> {
  return setHidden(db, { ...options, hidden: false })
}

async function setHidden(
  db: Kysely<Database>,
  { collectionId, hidden, curatorId, reason, now }: { collectionId: string; hidden: boolean } & Acting,
): Promise<ActOutcome> {
  return asCurator(db, { curatorId }, async (trx) => {
    await trx.selectFrom('collections').select('id').where('id', '=', collectionId).forNoKeyUpdate().execute()
    const collection = await findCollection(trx, collectionId)
    // A private one is nobody's business.
    if (!collection || (!collection.public && hidden)) return GONE
    const settled = await settleFlags(trx, { on: { kind: 'collection', id: collectionId }, curatorId, now })
    if (collection.hidden === hidden && settled === 0) return { ok: true, changed: false }
    await trx.updateTable('collections').set({ hidden }).where('id', '=', collectionId).execute()
    const act = hidden ? 'hide-collection' : 'show-collection'
    await logAct(trx, { act, on: collectionSubject(collection), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}
