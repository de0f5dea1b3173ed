import { sql, type Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'
import { plainText } from '../../papers/plain-text.ts'
import type { SuspectAccount, SuspectVote } from './evidence.ts'

/** The time in which votes are looked at: after `since`, up to `now`. */
export type Span = { since: Date; now: Date }

/** What one run lays before curators at most of each kind; the most striking come first. */
export const MOST_FINDINGS = 50

export function toSuspectVote({ readerId, at }: { readerId: string; at: Date }): SuspectVote {
  return { readerId, at: at.toISOString() }
}

/** Papers with how many votes they got, in the order of their numbers. */
export async function papersWithin(
  db: Kysely<Database>,
  { since, now }: Span,
  paperIds: number[],
): Promise<{ paperId: number; title: string; votes: number }[]> {
  const { rows } = await sql<{ paperId: number; title: string; votes: number }>`
    select p.id as "paperId", p.title, (select count(*)::int from votes v
      where v.paper_id = p.id and v.voted_at > ${since} and v.voted_at <= ${now}) as votes
    from papers p where p.id = any(${paperIds}::bigint[]) order by p.id
  `.execute(db)
  return rows.map((row) => ({ ...row, title: plainText(row.title) }))
}

/** Accounts with how many votes they gave, in the order of their ids. */
export async function accountsWithin(
  db: Kysely<Database>,
  { since, now }: Span,
  readerIds: string[],
): Promise<SuspectAccount[]> {
  const { rows } = await sql<{ readerId: string; createdAt: Date; votes: number }>`
    select r.id as "readerId", r.created_at as "createdAt", (select count(*)::int from votes v
      where v.reader_id = r.id and v.voted_at > ${since} and v.voted_at <= ${now}) as votes
    from readers r where r.id = any(${readerIds}::uuid[]) order by r.id
  `.execute(db)
  return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }))
}
