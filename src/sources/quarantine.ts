import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import { kindNamed } from './kinds.ts'
import { recordHarvest } from './record-harvest.ts'
import { hasWords } from './words.ts'

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

/** What became of records that were read again; `passedOver`: readable, but without the source's words. */
export type Reread = { recorded: number; passedOver: number; stillUnreadable: number }

/** Records, which may be long, that are held at once. */
const AT_ONCE = 50

/**
 * Reads records in quarantine again, as after an upgrade: those that are papers now are recorded and leave it, in one
 * transaction each; of the others the reason is kept anew. One record, or all of a source, until `signal` is aborted.
 */
export async function rereadQuarantine(
  db: Kysely<Database>,
  {
    id = null,
    source = null,
    signal,
    now,
    timeZone,
  }: { id?: number | null; source?: string | null; signal?: AbortSignal; now: Date; timeZone: string },
): Promise<Reread> {
  let query = db
    .selectFrom('quarantined_records as q')
    .innerJoin('sources as s', 's.id', 'q.source_id')
    .select(['q.id', 'q.record', 's.kind', 's.settings', 's.must_have', 's.must_not_have'])
    .orderBy('q.id')
    .limit(AT_ONCE)
  if (id !== null) query = query.where('q.id', '=', id)
  if (source !== null) query = query.where('s.name', '=', source)
  const done: Reread = { recorded: 0, passedOver: 0, stillUnreadable: 0 }
  let last = 0
  for (;;) {
    const rows = await query.where('q.id', '>', last).execute()
    for (const row of rows) {
      if (signal?.aborted) return done
      last = row.id
      const read = await readAgain(row)
      if (!read.ok) {
        done.stillUnreadable += 1
        if (read.reason !== null)
          await db
            .updateTable('quarantined_records')
            .set({ reason: read.reason })
            .where('id', '=', row.id)
            .execute()
        continue
      }
      const wanted = read.papers.filter((paper) =>
        hasWords(paper, { mustHave: row.must_have, mustNotHave: row.must_not_have }),
      )
      await inTransaction(db, async (trx) => {
        if (wanted.length > 0) await recordHarvest(trx, wanted, { now, timeZone })
        await trx.deleteFrom('quarantined_records').where('id', '=', row.id).execute()
      })
      done[wanted.length > 0 ? 'recorded' : 'passedOver'] += 1
    }
    if (rows.length < AT_ONCE) return done
  }
}

/** What a record says now; `reason` is null where nothing new is known about it. */
async function readAgain({
  record,
  kind: name,
  settings,
}: {
  record: string
  kind: string
  settings: unknown
}): Promise<{ ok: true; papers: HarvestedPaper[] } | { ok: false; reason: string | null }> {
  const kind = kindNamed(name)
  if (kind === null) return { ok: false, reason: 'There is no such kind of source in this version.' }
  const papers: HarvestedPaper[] = []
  try {
    for await (const outcome of kind.reread(record, settings)) {
      if (!outcome.ok) return { ok: false, reason: outcome.reason }
      papers.push(outcome.paper)
    }
  } catch {
    // Half a record may be anything, and must hold up no other.
    return { ok: false, reason: 'It is no whole record.' }
  }
  return papers.length === 0 ? { ok: false, reason: null } : { ok: true, papers }
}

/** Whether it was there. */
export async function dropQuarantined(db: Kysely<Database>, { id }: { id: number }): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('quarantined_records')
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows > 0n
}
