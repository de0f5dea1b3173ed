import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import { holdReaders } from '../db/hold-readers.ts'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { bindOnly } from '../papers/bind-only.ts'
import { dayIn } from '../papers/calendar.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import type { PublicIdentifier } from '../sources/look-up.ts'
import { recordHarvest } from '../sources/record-harvest.ts'

/** A paper on this site, and the part of its address after `/papers/`. */
type PaperHere = { paperId: number; address: string }

/** Who submitted a paper (null if the account was deleted), and their note (may be empty). */
type SubmissionNote = { readerId: string | null; note: string }

/** Writes what comes with a submission onto its paper, in the transaction that takes the paper in: all of it or nothing. */
export type WriteNote = (
  trx: Transaction<Database>,
  submitted: SubmissionNote & { paperId: number },
) => Promise<void>

export type SubmitOutcome =
  | ({ kind: 'recorded' } & PaperHere)
  | { kind: 'waiting' }
  | ({ kind: 'already-here' } & PaperHere)
  | { kind: 'already-waiting' }

export type AcceptOutcome = ({ kind: 'accepted'; title: string } & PaperHere) | { kind: 'not-waiting' }

export type RefuseOutcome =
  | { kind: 'refused'; identifier: PublicIdentifier; title: string; readerId: string | null }
  | { kind: 'not-waiting' }

/**
 * Submits a paper as a source described it (sources/look-up.ts): what that says binds no identifier but the one submitted. A trusted reader's is recorded at once, in the edition
 * of `now` in `timeZone`, with what they and anybody whose submission of it still waited wrote; others wait for a curator.
 * `note` (10,000 characters at most) is kept with it. Twice is once.
 */
export async function submitPaper(
  db: Kysely<Database>,
  {
    found: said,
    identifier,
    readerId,
    trusted,
    note,
    now,
    timeZone,
    writeNote,
  }: {
    found: HarvestedPaper
    identifier: PublicIdentifier
    readerId: string
    trusted: boolean
    note: string
    now: Date
    timeZone: string
    writeNote: WriteNote
  },
): Promise<SubmitOutcome> {
  const found = bindOnly(said, identifier)
  return inTransaction(db, async (trx): Promise<SubmitOutcome> => {
    if (trusted) await lockUntilCommit(trx, 'recording')
    await holdReaders(trx, { acting: [readerId] })
    const row = await queue(trx, { said, found, identifier, readerId, note, now, renew: trusted })
    if (!row) {
      const here = await paperHere(trx, found)
      if (!here) return { kind: 'already-waiting' }
      await writeNote(trx, { readerId, note, paperId: here.paperId })
      return { kind: 'already-here', ...here }
    }
    if (!trusted) return { kind: 'waiting' }
    if (row.readerId !== null) await holdReaders(trx, { staying: [row.readerId] })
    const { paper } = await accept(trx, { id: row.id, found, curatorId: null, now, timeZone })
    // What somebody else wrote whose submission of it was still waiting.
    if (row.readerId !== readerId) await writeNote(trx, { ...row, paperId: paper.paperId })
    await writeNote(trx, { readerId, note, paperId: paper.paperId })
    return { kind: 'recorded', ...paper }
  })
}

/**
 * A curator lets a waiting paper in, in the edition of `now` in `timeZone`, with what its reader wrote; `not-waiting` when it
 * was decided before. The caller's transaction has the lock of recording.
 */
export async function acceptSubmission(
  trx: Transaction<Database>,
  {
    id,
    curatorId,
    now,
    timeZone,
    writeNote,
  }: { id: number; curatorId: string; now: Date; timeZone: string; writeNote: WriteNote },
): Promise<AcceptOutcome> {
  const row = await trx
    .selectFrom('submissions')
    .select(['found', 'scheme', 'value', 'reader_id as readerId', 'note'])
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  if (!row) return { kind: 'not-waiting' }
  const { readerId, note, scheme, value } = row
  await holdReaders(trx, { acting: [curatorId], staying: readerId === null ? [] : [readerId] })
  const found = bindOnly(statementIn(row.found), { scheme, value })
  const { paper, decided } = await accept(trx, { id, found, curatorId, now, timeZone })
  if (!decided) return { kind: 'not-waiting' }
  await writeNote(trx, { readerId, note, paperId: paper.paperId })
  return { kind: 'accepted', title: found.title, ...paper }
}

/** A curator refuses a waiting paper for a reason that its submitter reads; `not-waiting` when it was decided before. */
export async function refuseSubmission(
  trx: Transaction<Database>,
  { id, curatorId, reason, now }: { id: number; curatorId: string; reason: string; now: Date },
): Promise<RefuseOutcome> {
  const row = await trx
    .updateTable('submissions')
    .set({ state: 'refused', decided_at: now, decided_by: curatorId, reason })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .returning(['scheme', 'value', 'found', 'reader_id'])
    .executeTakeFirst()
  if (!row) return { kind: 'not-waiting' }
  const { scheme, value } = row
  return {
    kind: 'refused',
    identifier: { scheme, value },
    title: statementIn(row.found).title,
    readerId: row.reader_id,
  }
}

/**
 * Lets a paper wait that is not here. Null when it is, or when it waits already; with `renew`, that submission is the
 * answer, with what was found now.
 */
async function queue(
  trx: Transaction<Database>,
  {
    said,
    found,
    identifier,
    readerId,
    note,
    now,
    renew,
  }: {
    said: HarvestedPaper
    found: HarvestedPaper
    identifier: PublicIdentifier
    readerId: string
    note: string
    now: Date
    renew: boolean
  },
): Promise<({ id: number } & SubmissionNote) | null> {
  const otherwise = renew ? sql`do update set found = excluded.found` : sql`do nothing`
  const { rows } = await sql<{ id: number } & SubmissionNote>`
    insert into submissions (scheme, value, reader_id, note, found, state, submitted_at)
    select ${identifier.scheme}, ${identifier.value}, ${readerId}::uuid, ${note}, ${JSON.stringify([said])}::jsonb, 'waiting',
      ${now}::timestamptz
    where not exists (${papersHere(found)})
    on conflict (scheme, value) where state = 'waiting' ${otherwise}
    returning id, reader_id as "readerId", note
  `.execute(trx)
  return rows[0] ?? null
}

/**
 * Records a paper, unless it came by another way meanwhile, and marks its submission as accepted. `decided` is false when
 * somebody has decided on it meanwhile.
 */
async function accept(
  trx: Transaction<Database>,
  {
    id,
    found,
    curatorId,
    now,
    timeZone,
  }: { id: number; found: HarvestedPaper; curatorId: string | null; now: Date; timeZone: string },
): Promise<{ paper: PaperHere; decided: boolean }> {
  const paper = (await paperHere(trx, found)) ?? (await record(trx, found, { now, timeZone }))
  const { numUpdatedRows } = await trx
    .updateTable('submissions')
    .set({ state: 'accepted', paper_id: paper.paperId, decided_at: now, decided_by: curatorId })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return { paper, decided: numUpdatedRows > 0n }
}

async function record(
  trx: Transaction<Database>,
  found: HarvestedPaper,
  { now, timeZone }: { now: Date; timeZone: string },
): Promise<PaperHere> {
  const submission: HarvestedPaper = {
    source: 'submission',
    identifiers: found.identifiers,
    title: found.title,
    listing: { date: dayIn(timeZone, now) },
  }
  const [recorded] = await recordHarvest(trx, [found, submission], { now, timeZone })
  if (!recorded) throw new Error('a submitted paper was recorded without an outcome')
  const { address } = await trx
    .selectFrom('papers')
    .select('address')
    .where('id', '=', recorded.paperId)
    .executeTakeFirstOrThrow()
  return { paperId: recorded.paperId, address }
}

async function paperHere(db: Kysely<Database>, found: HarvestedPaper): Promise<PaperHere | null> {
  const { rows } = await sql<PaperHere>`${papersHere(found)} order by i.scheme, p.id limit 1`.execute(db)
  return rows[0] ?? null
}

/**
 * The papers that are here under its identifier, or under the DOI that an arXiv record gives for it: so the preprint of a
 * paper that is here does not come in beside it. One with another arXiv identifier is another paper, even where both claim the
 * same DOI. The claims of a DOI's record count for nothing: anyone can register one.
 */
function papersHere({ identifiers: own, claims = [] }: HarvestedPaper): RawBuilder<PaperHere> {
  const arxivId = own.find(({ scheme }) => scheme === 'arxiv')?.value ?? null
  const identifiers = arxivId === null ? own : [...own, ...claims.filter(({ scheme }) => scheme === 'doi')]
  return sql`
    select p.id as "paperId", p.address
    from paper_identifiers i join papers p on p.id = i.paper_id
    where (i.scheme, i.value) in (
      select * from unnest(${identifiers.map((i) => i.scheme)}::text[], ${identifiers.map((i) => i.value)}::text[]))
      and (p.arxiv_id is null or ${arxivId}::text is null or p.arxiv_id = ${arxivId})
  `
}

/** What was found when a paper was submitted. */
export function statementIn([statement]: HarvestedPaper[]): HarvestedPaper {
  if (!statement) throw new Error('a submission is kept without what was found')
  return statement
}
