import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database } from '../db/schema.ts'
import { dayIn } from '../papers/calendar.ts'
import type { HarvestedPaper } from '../papers/harvested-paper.ts'
import type { PublicIdentifier } from '../sources/look-up.ts'
import { recordHarvest } from '../sources/record-harvest.ts'

/** A paper on this site, and the part of its address after `/papers/`. */
type PaperHere = { paperId: number; address: string }

/** Who submitted a paper (null if the account was deleted), and their note (may be empty). */
type SubmissionNote = { readerId: string | null; note: string }

export type SubmitOutcome =
  /**
   * `waited`: another reader's waiting submission of it, which this one resolved. Given once, however often it is
   * submitted.
   */
  | ({ kind: 'recorded'; waited: SubmissionNote | null } & PaperHere)
  | { kind: 'waiting' }
  | ({ kind: 'already-here' } & PaperHere)
  | { kind: 'already-waiting' }

export type AcceptOutcome =
  | ({ kind: 'accepted'; title: string } & PaperHere & SubmissionNote)
  | { kind: 'not-waiting' }

export type RefuseOutcome =
  | { kind: 'refused'; identifier: PublicIdentifier; title: string; readerId: string | null }
  | { kind: 'not-waiting' }

/**
 * Submits a paper as a source described it (sources/look-up.ts). A trusted reader's is recorded at once, in the edition
 * of `now` in `timeZone`; others wait for a curator. `note` (10,000 characters at most) is kept with it. Twice is once.
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
  }: {
    found: HarvestedPaper
    identifier: PublicIdentifier
    readerId: string
    trusted: boolean
    note: string
    now: Date
    timeZone: string
  },
): Promise<SubmitOutcome> {
  const found = withIdentifier(said, identifier)
  const row = await queue(db, { found, identifier, readerId, note, now, renew: trusted })
  if (!row) {
    const here = await paperHere(db, found)
    return here ? { kind: 'already-here', ...here } : { kind: 'already-waiting' }
  }
  if (!trusted) return { kind: 'waiting' }
  // The same may have been submitted and accepted between the look for the paper and the waiting.
  const wasQuicker = await isAccepted(db, found)
  // It waits until it is recorded: should that be cut short, it is not lost but comes before a curator.
  const accepted = await accept(db, { id: row.id, found, curatorId: null, now, timeZone })
  if (wasQuicker || !accepted.decided) return { kind: 'already-here', ...accepted.paper }
  const waited = row.readerId === readerId ? null : { readerId: row.readerId, note: row.note }
  return { kind: 'recorded', waited, ...accepted.paper }
}

/** A curator lets a waiting paper in, in the edition of `now` in `timeZone`; `not-waiting` when it was decided before. */
export async function acceptSubmission(
  db: Kysely<Database>,
  { id, curatorId, now, timeZone }: { id: number; curatorId: string; now: Date; timeZone: string },
): Promise<AcceptOutcome> {
  const row = await db
    .selectFrom('submissions')
    .select(['found', 'reader_id', 'note'])
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  if (!row) return { kind: 'not-waiting' }
  const found = statementIn(row.found)
  const accepted = await accept(db, { id, found, curatorId, now, timeZone })
  if (!accepted.decided) return { kind: 'not-waiting' }
  return { kind: 'accepted', title: found.title, ...accepted.paper, readerId: row.reader_id, note: row.note }
}

/** A curator refuses a waiting paper for a reason that its submitter reads; `not-waiting` when it was decided before. */
export async function refuseSubmission(
  db: Kysely<Database>,
  { id, curatorId, reason, now }: { id: number; curatorId: string; reason: string; now: Date },
): Promise<RefuseOutcome> {
  const row = await db
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
  db: Kysely<Database>,
  {
    found,
    identifier,
    readerId,
    note,
    now,
    renew,
  }: {
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
    select ${identifier.scheme}, ${identifier.value}, ${readerId}::uuid, ${note}, ${JSON.stringify([found])}::jsonb, 'waiting',
      ${now}::timestamptz
    where not exists (${papersHere(found)})
    on conflict (scheme, value) where state = 'waiting' ${otherwise}
    returning id, reader_id as "readerId", note
  `.execute(db)
  return rows[0] ?? null
}

/**
 * Records a paper, unless it came by another way meanwhile, and then marks its submission as accepted: cut short between
 * the two, it still waits, and accepting it again only marks it. `decided` is false when somebody else was quicker.
 */
async function accept(
  db: Kysely<Database>,
  {
    id,
    found,
    curatorId,
    now,
    timeZone,
  }: { id: number; found: HarvestedPaper; curatorId: string | null; now: Date; timeZone: string },
): Promise<{ paper: PaperHere; decided: boolean }> {
  const paper = (await paperHere(db, found)) ?? (await record(db, found, { now, timeZone }))
  const { numUpdatedRows } = await db
    .updateTable('submissions')
    .set({ state: 'accepted', paper_id: paper.paperId, decided_at: now, decided_by: curatorId })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return { paper, decided: numUpdatedRows > 0n }
}

async function record(
  db: Kysely<Database>,
  found: HarvestedPaper,
  { now, timeZone }: { now: Date; timeZone: string },
): Promise<PaperHere> {
  const submission: HarvestedPaper = {
    source: 'submission',
    identifiers: found.identifiers,
    title: found.title,
    listing: { date: dayIn(timeZone, now) },
  }
  const [recorded] = await recordHarvest(db, [found, submission], { now, timeZone })
  if (!recorded) throw new Error('a submitted paper was recorded without an outcome')
  const { address } = await db
    .selectFrom('papers')
    .select('address')
    .where('id', '=', recorded.paperId)
    .executeTakeFirstOrThrow()
  return { paperId: recorded.paperId, address }
}

/** Whether a submission of the paper has been accepted. */
async function isAccepted(db: Kysely<Database>, found: HarvestedPaper): Promise<boolean> {
  const { rows } = await sql`
    select from submissions join (${papersHere(found)}) here on here."paperId" = submissions.paper_id
    where state = 'accepted' limit 1
  `.execute(db)
  return rows.length > 0
}

async function paperHere(db: Kysely<Database>, found: HarvestedPaper): Promise<PaperHere | null> {
  const { rows } = await sql<PaperHere>`${papersHere(found)} order by i.scheme, p.id limit 1`.execute(db)
  return rows[0] ?? null
}

/**
 * The papers that are here under one of the identifiers; one with another arXiv identifier is another paper, even where
 * both claim the same DOI.
 */
function papersHere({ identifiers }: HarvestedPaper): RawBuilder<PaperHere> {
  const arxivId = identifiers.find(({ scheme }) => scheme === 'arxiv')?.value ?? null
  return sql`
    select p.id as "paperId", p.address
    from paper_identifiers i join papers p on p.id = i.paper_id
    where (i.scheme, i.value) in (
      select * from unnest(${identifiers.map((i) => i.scheme)}::text[], ${identifiers.map((i) => i.value)}::text[]))
      and (p.arxiv_id is null or ${arxivId}::text is null or p.arxiv_id = ${arxivId})
  `
}

function withIdentifier(found: HarvestedPaper, { scheme, value }: PublicIdentifier): HarvestedPaper {
  const isNamed = found.identifiers.some((one) => one.scheme === scheme && one.value === value)
  return isNamed ? found : { ...found, identifiers: [{ scheme, value }, ...found.identifiers] }
}

/** What was found when a paper was submitted. */
export function statementIn([statement]: HarvestedPaper[]): HarvestedPaper {
  if (!statement) throw new Error('a submission is kept without what was found')
  return statement
}
