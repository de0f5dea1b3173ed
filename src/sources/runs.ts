import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** A run as remembered; `finishedAt` is null while it is under way, and stays null if it was killed. */
export type PastRun = {
  id: number
  task: string
  startedAt: Date
  finishedAt: Date | null
  outcome: 'whole' | 'failed' | 'stopped' | null
  reason: string | null
  new: number
  updated: number
  unchanged: number
  passedOver: number
  quarantined: number
}

/** The last runs of a source, the newest first. */
export async function recentRuns(
  db: Kysely<Database>,
  { sourceId, limit }: { sourceId: number; limit: number },
): Promise<PastRun[]> {
  const rows = await db
    .selectFrom('harvest_runs')
    .selectAll()
    .where('source_id', '=', sourceId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(runOf)
}

/** The last run of each source, by its id. */
export async function lastRuns(db: Kysely<Database>): Promise<Map<number, PastRun>> {
  const { rows } = await sql<Parameters<typeof runOf>[0] & { source_id: number }>`
    select r.* from sources s, lateral (
      select * from harvest_runs where source_id = s.id order by id desc limit 1) r`.execute(db)
  return new Map(rows.map((row) => [row.source_id, runOf(row)]))
}

/** What all remembered runs of each source have brought together, by its id. */
export async function broughtBySources(
  db: Kysely<Database>,
): Promise<Map<number, Pick<PastRun, 'new' | 'updated' | 'unchanged' | 'passedOver' | 'quarantined'>>> {
  const rows = await db
    .selectFrom('harvest_runs')
    .groupBy('source_id')
    .select((eb) => [
      'source_id',
      eb.fn.sum<number>('new').as('new'),
      eb.fn.sum<number>('updated').as('updated'),
      eb.fn.sum<number>('unchanged').as('unchanged'),
      eb.fn.sum<number>('passed_over').as('passedOver'),
      eb.fn.sum<number>('quarantined').as('quarantined'),
    ])
    .execute()
  return new Map(rows.map(({ source_id: id, ...counts }) => [id, counts]))
}

/** Forgets runs that began before a time, but the last of each source. */
export async function forgetRuns(db: Kysely<Database>, { before }: { before: Date }): Promise<void> {
  await sql`
    delete from harvest_runs r where started_at < ${before}
      and exists (select from harvest_runs later where later.source_id = r.source_id and later.id > r.id)`.execute(
    db,
  )
}

type Row = {
  id: number
  task: string
  started_at: Date
  finished_at: Date | null
  outcome: PastRun['outcome']
  reason: string | null
  new: number
  updated: number
  unchanged: number
  passed_over: number
  quarantined: number
}

function runOf(row: Row): PastRun {
  const { id, task, outcome, reason, new: fresh, updated, unchanged, quarantined } = row
  return {
    id,
    task,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome,
    reason,
    new: fresh,
    updated,
    unchanged,
    passedOver: row.passed_over,
    quarantined,
  }
}
