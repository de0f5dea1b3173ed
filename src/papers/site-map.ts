import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { SECOND } from './oai-records.ts'
import { IS_LISTED } from './visibility.ts'

/** Papers of a part of the map at most: the protocol allows five times as many, which would take long to make at once. */
export const PART_SIZE = 10_000

/** A part has the papers of so many numbers, counted from 1: which part a paper is in never changes. */
export type MapPart = { part: number; changedAt: Date }

/**
 * The parts that have papers that may be on a list, and when one of each part last changed, came or went. Read out of the
 * index of what harvesters are told of, which is a fraction of the papers.
 */
export async function mapParts(db: Kysely<Database>): Promise<MapPart[]> {
  const { rows } = await sql<{ part: number; stamp: number }>`
    select part, stamp from (
      select (paper_id - 1) / ${sql.lit(PART_SIZE)} + 1 as part, max(stamp) as stamp from oai_records group by 1
    ) parts
    where exists (select from papers p where ${IS_LISTED} and ${isIn(sql`part`)})
    order by part
  `.execute(db)
  return rows.map(({ part, stamp }) => ({ part, changedAt: instantOf(stamp) }))
}

/** The papers of a part that may be on a list, and when each last changed or was shown again. */
export async function papersOfPart(
  db: Kysely<Database>,
  { part }: { part: number },
): Promise<{ address: string; changedAt: Date }[]> {
  const { rows } = await sql<{ address: string; stamp: number }>`
    select p.address, r.stamp from papers p join oai_records r on r.paper_id = p.id
    where ${IS_LISTED} and ${isIn(sql`${part}::bigint`)} order by p.id
  `.execute(db)
  return rows.map(({ address, stamp }) => ({ address, changedAt: instantOf(stamp) }))
}

function isIn(part: ReturnType<typeof sql>) {
  return sql`p.id > (${part} - 1) * ${sql.lit(PART_SIZE)} and p.id <= ${part} * ${sql.lit(PART_SIZE)}`
}

function instantOf(stamp: number): Date {
  return new Date(stamp / (SECOND / 1_000))
}
