import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import { kindNamed } from './kinds.ts'
import { recordHarvest } from './record-harvest.ts'

/** A record that could not be read, as it came. */
export type QuarantinedRecord = {
  id: number
  source: string
  position: string
  record: string
  reason: string
  firstAt: Date
  lastAt: Date
  times: number
}

/** Records in quarantine, the last seen first; of one source, or of all. */
export async function listQuarantine(
  db: Kysely<Database>,
  { source = null, limit }: { source?: string | null; limit: number },
): Promise<{ records: QuarantinedRecord[]; count: number }> {
  let query = db.selectFrom('quarantined_records as q').innerJoin('sources as s', 's.id', 'q.source_id')
  if (source !== null) query = query.where('s.name', '=', source)
  const [rows, counted] = await Promise.all([
    query
      .select(['q.id', 's.name', 'q.position', 'q.record', 'q.reason', 'q.first_at', 'q.last_at', 'q.times'])
      .orderBy('q.last_at', 'desc')
      .orderBy('q.id', 'desc')
      .limit(limit)
      .execute(),
    query.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow(),
  ])
  return {
    count: counted.count,
    records: rows.map(({ name, first_at: firstAt, last_at: lastAt, ...row }) => ({
      ...row,
      source: name,
      firstAt,
      lastAt,
    })),
  }
}

/** What became of records that were read again. */
export type Reread = { recorded: number; stillUnreadable: number }

/**
 * Reads records in quarantine again, as after an upgrade: those that are papers now are recorded and leave it, in one
 * transaction each; of the others the reason is kept anew. One record, or all of a source (at most `limit`).
 */
export async function rereadQuarantine(
  db: Kysely<Database>,
  {
    id = null,
    source = null,
    limit,
    now,
    timeZone,
  }: { id?: number | null; source?: string | null; limit: number; now: Date; timeZone: string },
): Promise<Reread> {
  let query = db
    .selectFrom('quarantined_records as q')
    .innerJoin('sources as s', 's.id', 'q.source_id')
    .select(['q.id', 'q.record', 's.kind'])
    .orderBy('q.id')
    .limit(limit)
  if (id !== null) query = query.where('q.id', '=', id)
  if (source !== null) query = query.where('s.name', '=', source)
  const done: Reread = { recorded: 0, stillUnreadable: 0 }
  for (const row of await query.execute()) {
    const kind = kindNamed(row.kind)
    const papers: HarvestedPaper[] = []
    let reason: string | null = kind === null ? 'There is no such kind of source in this version.' : null
    if (kind !== null)
      for await (const outcome of kind.reread(row.record)) {
        if (outcome.ok) papers.push(outcome.paper)
        else reason = outcome.reason
      }
    if (reason === null && papers.length > 0) {
      await inTransaction(db, async (trx) => {
        await recordHarvest(trx, papers, { now, timeZone })
        await trx.deleteFrom('quarantined_records').where('id', '=', row.id).execute()
      })
      done.recorded += 1
    } else {
      done.stillUnreadable += 1
      if (reason !== null)
        await db.updateTable('quarantined_records').set({ reason }).where('id', '=', row.id).execute()
    }
  }
  return done
}

/** Whether it was there. */
export async function dropQuarantined(db: Kysely<Database>, { id }: { id: number }): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('quarantined_records')
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows > 0n
}
