import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import type { PublicIdentifier } from '../sources/look-up.ts'
import { statementIn } from './submissions.ts'

/** A submission as its reader sees it. */
export type WaitingSubmission = {
  id: number
  identifier: PublicIdentifier
  found: HarvestedPaper
  note: string
  /** null once the account is gone. */
  reader: { id: string; name: string } | null
  submittedAt: Date
}

/** A submission as the reader sees it who made it. */
export type OwnSubmission = {
  id: number
  identifier: PublicIdentifier
  title: string
  state: 'waiting' | 'accepted' | 'refused'
  /** Of the paper that it became. */
  address: string | null
  submittedAt: Date
  decidedAt: Date | null
  /** Why it was rejected. */
  reason: string | null
}

/** How many submissions their reader sees; older ones are left out. */
const OWN_SHOWN = 100

/** The waiting submissions, longest waiting first. */
export async function waitingSubmissions(
  db: Kysely<Database>,
  { limit }: { limit: number },
): Promise<WaitingSubmission[]> {
  const rows = await db
    .selectFrom('submissions')
    .leftJoin('readers', 'readers.id', 'submissions.reader_id')
    .select([
      'submissions.id',
      'submissions.scheme',
      'submissions.value',
      'submissions.found',
      'submissions.note',
      'submissions.reader_id',
      'submissions.submitted_at',
      'readers.name',
    ])
    .where('submissions.state', '=', 'waiting')
    .orderBy('submissions.submitted_at')
    .orderBy('submissions.id')
    .limit(limit)
    .execute()
  return rows.map(({ scheme, value, ...row }) => ({
    id: row.id,
    identifier: { scheme, value },
    found: statementIn(row.found),
    note: row.note,
    reader: row.reader_id === null ? null : { id: row.reader_id, name: row.name ?? '' },
    submittedAt: row.submitted_at,
  }))
}

/** A reader's submissions, newest first, up to a hundred. */
export async function submissionsOf(db: Kysely<Database>, readerId: string): Promise<OwnSubmission[]> {
  const rows = await db
    .selectFrom('submissions')
    .leftJoin('papers', 'papers.id', 'submissions.paper_id')
    .select([
      'submissions.id',
      'submissions.scheme',
      'submissions.value',
      'submissions.found',
      'submissions.state',
      'submissions.submitted_at',
      'submissions.decided_at',
      'submissions.reason',
      'papers.address',
    ])
    .where('submissions.reader_id', '=', readerId)
    .orderBy('submissions.submitted_at', 'desc')
    .orderBy('submissions.id', 'desc')
    .limit(OWN_SHOWN)
    .execute()
  return rows.map(({ scheme, value, ...row }) => ({
    id: row.id,
    identifier: { scheme, value },
    title: statementIn(row.found).title,
    state: row.state,
    address: row.address,
    submittedAt: row.submitted_at,
    decidedAt: row.decided_at,
    reason: row.reason,
  }))
}

/** Whether a paper was submitted and is not here: a curator has not decided yet, or has turned it down. */
export async function isKeptBack(
  db: Kysely<Database>,
  { scheme, value }: { scheme: 'arxiv' | 'doi'; value: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('submissions')
    .select('id')
    .where('scheme', '=', scheme)
    .where('value', '=', value)
    .where('state', 'in', ['waiting', 'refused'])
    .executeTakeFirst()
  return row !== undefined
}
