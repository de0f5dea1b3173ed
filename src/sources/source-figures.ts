import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { RunCounts } from './harvest.ts'
import { CIRCUIT_OPENS_AT } from './schedule.ts'

/** How a task of a source gets on. */
export type TaskFigures = {
  source: string
  task: string
  failures: number
  circuitOpen: boolean
  paused: boolean
  /** Null while it never was whole. */
  lastWholeAt: Date | null
  nextAt: Date
}

/** Sources beyond so many are left out: figures have bounds. */
const MOST_TASKS = 1_000
const MOST_SOURCES = 500
/** Of each source's quarantine. */
const COUNTED = 10_000

export async function taskFigures(db: Kysely<Database>): Promise<TaskFigures[]> {
  const rows = await db
    .selectFrom('source_tasks as t')
    .innerJoin('sources as s', 's.id', 't.source_id')
    .select(['s.name', 's.paused_at', 't.task', 't.failures', 't.last_whole_at', 't.next_at'])
    .orderBy('s.id')
    .orderBy('t.task')
    .limit(MOST_TASKS)
    .execute()
  return rows.map((row) => ({
    source: row.name,
    task: row.task,
    failures: row.failures,
    circuitOpen: row.failures >= CIRCUIT_OPENS_AT,
    paused: row.paused_at !== null,
    lastWholeAt: row.last_whole_at,
    nextAt: row.next_at,
  }))
}

/** How many records wait in the quarantine of each source, up to 10,000. */
export async function quarantineFigures(
  db: Kysely<Database>,
): Promise<{ source: string; records: number }[]> {
  const { rows } = await sql<{ source: string; records: number }>`
    select s.name as source, q.records from (select id, name from sources order by id limit ${MOST_SOURCES}) s
    cross join lateral (
      select count(*) as records from (select from quarantined_records where source_id = s.id limit ${COUNTED}) q
    ) q order by s.name`.execute(db)
  return rows
}

/** A run that has not finished for so long was killed, and counts as it is. */
const LONGEST_RUN_MS = 24 * 3_600_000

type Sums = RunCounts & { source: string }

/**
 * What runs brought since this was first asked, by source: sums that only grow. What finished before is added up once, and
 * each call reads the runs since.
 */
export function openRecordTotals(db: Kysely<Database>): (asked: { now: Date }) => Promise<Sums[]> {
  let settledTo: number | null = null
  const settled = new Map<string, Sums>()

  return async ({ now }) => {
    const longAgo = new Date(now.getTime() - LONGEST_RUN_MS)
    const { rows: marks } = await sql<{ last: number }>`
      select coalesce(
        (select min(id) - 1 from harvest_runs where finished_at is null and started_at > ${longAgo}),
        (select max(id) from harvest_runs), 0) as last`.execute(db)
    const mark = marks[0]?.last ?? 0
    settledTo ??= mark
    const from = settledTo
    const to = Math.max(mark, from)
    const { rows } = await sql<Sums & { isSettled: boolean }>`
      select s.name as source, r.id <= ${to} as "isSettled", sum(r.new)::int as new, sum(r.updated)::int as updated,
        sum(r.unchanged)::int as unchanged, sum(r.passed_over)::int as "passedOver", sum(r.quarantined)::int as quarantined
      from harvest_runs r join sources s on s.id = r.source_id where r.id > ${from}
      group by 1, 2`.execute(db)
    for (const row of rows.filter(({ isSettled }) => isSettled))
      settled.set(row.source, sum(settled.get(row.source), row))
    settledTo = to
    const totals = new Map(settled)
    for (const row of rows.filter(({ isSettled }) => !isSettled))
      totals.set(row.source, sum(totals.get(row.source), row))
    return [...totals.values()].slice(0, MOST_SOURCES)
  }
}

function sum(a: Sums | undefined, b: Sums): Sums {
  return {
    source: b.source,
    new: (a?.new ?? 0) + b.new,
    updated: (a?.updated ?? 0) + b.updated,
    unchanged: (a?.unchanged ?? 0) + b.unchanged,
    passedOver: (a?.passedOver ?? 0) + b.passedOver,
    quarantined: (a?.quarantined ?? 0) + b.quarantined,
  }
}
