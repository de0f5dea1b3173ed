import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { paperSubject } from './subjects.ts'

/** How many items wait for curators in each queue. */
export type DeskCounts = { flags: number; submissions: number; claims: number; suspicions: number }

export async function deskCounts(db: Kysely<Database>): Promise<DeskCounts> {
  const { rows } = await sql<DeskCounts>`select
    (select count(distinct (paper_id, comment_id, collection_id)) from flags where settled_at is null) as flags,
    (select count(*) from submissions where state = 'waiting') as submissions,
    (select count(*) from authorship_claims where state = 'waiting') as claims,
    (select count(*) from suspicions where settled_at is null) as suspicions`.execute(db)
  return rows[0] ?? { flags: 0, submissions: 0, claims: 0, suspicions: 0 }
}

/** A reader's claim to have written a paper, as curators see it. */
export type WaitingClaim = {
  paper: { id: number; subject: string; address: string | null; authors: string[] }
  reader: { id: string; name: string; orcid: string | null; orcidVerified: boolean }
  note: string
  claimedAt: Date
}

/** The waiting claims, longest waiting first. */
export async function waitingClaims(
  db: Kysely<Database>,
  { limit }: { limit: number },
): Promise<WaitingClaim[]> {
  const rows = await db
    .selectFrom('authorship_claims as c')
    .innerJoin('papers as p', 'p.id', 'c.paper_id')
    .innerJoin('readers as r', 'r.id', 'c.reader_id')
    .select(['p.id as paperId', 'p.title', 'p.address', 'p.authors'])
    .select(['r.id', 'r.name', 'r.orcid', 'r.orcid_verified', 'c.note', 'c.claimed_at'])
    .where('c.state', '=', 'waiting')
    .orderBy('c.claimed_at')
    .orderBy('c.paper_id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    paper: {
      id: row.paperId,
      ...paperSubject(row),
      authors: row.authors.map(({ name }) => name),
    },
    reader: {
      id: row.id,
      name: row.name,
      orcid: row.orcid,
      orcidVerified: row.orcid_verified,
    },
    note: row.note,
    claimedAt: row.claimed_at,
  }))
}
