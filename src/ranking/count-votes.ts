import { sql, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Counts the votes on papers, of readers here and of other sites, and their points. The papers are held. */
export async function countVotes(trx: Transaction<Database>, paperIds: number[]): Promise<void> {
  await sql`
    update papers p set votes = own.votes + elsewhere.votes, vote_points = own.points + elsewhere.points
    from unnest(${paperIds}::bigint[]) as counted(id),
      lateral (select count(*)::integer as votes, coalesce(sum(points), 0)::integer as points
        from votes where paper_id = counted.id) own,
      lateral elsewhere_votes(counted.id) elsewhere
    where p.id = counted.id
      and (p.votes, p.vote_points) is distinct from (own.votes + elsewhere.votes, own.points + elsewhere.points)`.execute(
    trx,
  )
}
