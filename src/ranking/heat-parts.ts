import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { HALF_LIFE_MS } from './heat.ts'
import { READERS_ORIGIN } from './signals.ts'

/**
 * The events of one kind from one origin on one day (in UTC), and how much of the paper's heat they are (0 to 1). Single
 * votes are not told apart: when somebody voted is theirs to know.
 */
export type HeatPart = {
  kind: string
  origin: string
  /** How many of the kind, over all these events. */
  amount: number
  weight: number
  /** `YYYY-MM-DD` */
  day: string
  share: number
}

/** The smallest ones are left out. */
const MOST_PARTS = 60

/** What a paper's heat is made of, the largest share first. All shares add up to 1 and do not change with time. */
export async function heatParts(db: Kysely<Database>, paperId: number): Promise<HeatPart[]> {
  // All are read out of one index: what takes an event back is of the same paper. Relative to the newest event, so that no power overflows; what it makes nothing of is nothing beside it. All in
  // doubles: `extract` would have exact decimals, which take ten times as long.
  const { rows } = await sql<HeatPart>`
    with events as materialized (
      select kind, ${READERS_ORIGIN} as origin, amount, weight, at, date_part('epoch', at) as seconds from signals
      where paper_id = ${paperId} and weight > 0 and takes_back is null and id not in (
        select takes_back from signals where paper_id = ${paperId} and takes_back is not null)
    ), newest as materialized (select max(seconds) as seconds from events), parts as (
      select kind, origin, (at at time zone 'UTC')::date as day, sum(amount) as amount, sum(weight) as weight,
        sum(weight * power(2::double precision,
          greatest(-1000, (events.seconds - newest.seconds) * 1000 / ${HALF_LIFE_MS}))) as heat
      from events, newest group by 1, 2, 3
    )
    select kind, origin, day, amount, weight, heat / nullif(sum(heat) over (), 0) as share
    from parts order by heat desc, day desc, kind, origin limit ${MOST_PARTS}
  `.execute(db)
  return rows.map((row) => ({ ...row, share: row.share ?? 0 }))
}
