import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { asCurator } from './as-curator.ts'
import { findCollection } from './flagged.ts'
import { NO_LONGER_HERE, logAct, type Decision, type ActOutcome } from './moderation-log.ts'
import { resolveFlags } from './resolve-flags.ts'
import { collectionSubject } from './subjects.ts'

/** Hides a public collection; its owner can still see it. */
export async function hideCollection(
  db: Kysely<Database>,
  options: { collectionId: string } & Decision,
): Promise<ActOutcome> {
  return setHidden(db, { ...options, hidden: true })
}

/** Unhides a collection. */
export async function unhideCollection(
  db: Kysely<Database>,
  options: { collectionId: string } & Decision,
): Promise<ActOutcome> {
  return setHidden(db, { ...options, hidden: false })
}

async function setHidden(
  db: Kysely<Database>,
  { collectionId, hidden, curatorId, reason, now }: { collectionId: string; hidden: boolean } & Decision,
): Promise<ActOutcome> {
  return asCurator(db, { curatorId, on: { kind: 'collection', id: collectionId } }, async (trx) => {
    await trx.selectFrom('collections').select('id').where('id', '=', collectionId).forNoKeyUpdate().execute()
    const collection = await findCollection(trx, collectionId)
    // Private collections are no one else's business.
    if (!collection || (!collection.public && hidden)) return NO_LONGER_HERE
    const resolved = await resolveFlags(trx, { on: { kind: 'collection', id: collectionId }, curatorId, now })
    if (collection.hidden === hidden && resolved === 0) return { ok: true, changed: false }
    await trx.updateTable('collections').set({ hidden }).where('id', '=', collectionId).execute()
    const act = hidden ? 'hide-collection' : 'show-collection'
    await logAct(trx, { act, on: collectionSubject(collection), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}
