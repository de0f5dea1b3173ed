import { sql, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'

/** How a reader can draw attention to a paper once. */
type FirstActKind = 'vote' | 'pick' | 'comment'

/** When a reader first drew attention to a paper so, and what that weighed. */
export type FirstAct = { at: Date; weight: number }

type Named = { paperId: number; readerId: string; kind: FirstActKind }

/**
 * What a reader did before and has withdrawn since, or else what they do now: doing it again must not make it newer or heavier.
 * The caller holds the paper.
 */
export async function firstActOr(
  trx: Transaction<Database>,
  { paperId, readerId, kind, now }: Named & { now: FirstAct },
): Promise<FirstAct> {
  const first = await trx
    .selectFrom('first_acts')
    .select(['at', 'weight'])
    .where('paper_id', '=', paperId)
    .where('reader_id', '=', readerId)
    .where('kind', '=', kind)
    .executeTakeFirst()
  return first ?? now
}

/** Remembers when readers first did what they are about to withdraw, by its event; what is remembered already stays. */
export async function rememberFirstActs(
  trx: Transaction<Database>,
  acts: (Named & { event: string })[],
): Promise<void> {
  if (acts.length === 0) return
  await sql`
    insert into first_acts (paper_id, reader_id, kind, at, weight)
    select distinct on (s.paper_id, a.reader_id, s.kind) s.paper_id, a.reader_id, s.kind, s.at, s.weight
    from unnest(${acts.map(({ paperId }) => paperId)}::bigint[], ${acts.map(({ readerId }) => readerId)}::uuid[],
      ${acts.map(({ kind }) => kind)}::text[], ${acts.map(({ event }) => event)}::text[]) as a(paper_id, reader_id, kind, event)
      join signals s on (s.paper_id, s.kind, s.origin, s.origin_key) = (a.paper_id, a.kind, 'reader', a.event)
    order by s.paper_id, a.reader_id, s.kind, s.at
    on conflict do nothing
  `.execute(trx)
}
