import { sql, type Kysely, type Transaction } from 'kysely'
import type { Reader } from '../accounts/reader.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { holdForReader, holdPaper } from '../papers/hold.ts'
import { takeBackSignals } from '../ranking/signals.ts'
import { removeVotes } from '../ranking/votes.ts'
import { asCurator } from './as-curator.ts'
import { logAct, NO_LONGER_HERE, type Decision, type ActOutcome } from './moderation-log.ts'
import { paperSubject } from './subjects.ts'

/** The longest note with a claim, in characters. */
export const LONGEST_CLAIM = 1_000

export type ClaimOutcome =
  | { ok: true; state: 'confirmed' | 'waiting' }
  /** `refused`: a curator rejected it before. */
  | { ok: false; kind: 'no-paper' | 'refused' }

/**
 * A reader claims to have written a paper. If they signed in with an ORCID that is on the paper, the claim is confirmed
 * at once; otherwise a curator decides. Authors' own votes and picks do not count: they are withdrawn when the claim is
 * confirmed.
 */
export async function claimAuthorship(
  db: Kysely<Database>,
  {
    paperId: askedId,
    reader,
    note,
    now,
  }: { paperId: number; reader: Pick<Reader, 'id' | 'orcid' | 'orcidVerified'>; note: string; now: Date },
): Promise<ClaimOutcome> {
  return inTransaction(db, async (trx): Promise<ClaimOutcome> => {
    const paper = await holdForReader(trx, { readerId: reader.id, paperId: askedId, lock: 'no key update' })
    if (!paper) return { ok: false, kind: 'no-paper' }
    const paperId = paper.id
    const held = await trx
      .selectFrom('authorship_claims')
      .select('state')
      .where('paper_id', '=', paperId)
      .where('reader_id', '=', reader.id)
      .executeTakeFirst()
    if (held?.state === 'confirmed') return { ok: true, state: 'confirmed' }
    const proved = await isNamedOn(trx, { paperId, reader })
    if (!proved && held?.state === 'refused') return { ok: false, kind: 'refused' }
    if (!proved && held) return { ok: true, state: 'waiting' }
    const claim = {
      state: proved ? ('confirmed' as const) : ('waiting' as const),
      by: proved ? ('orcid' as const) : ('curator' as const),
      decided_at: proved ? now : null,
    }
    await trx
      .insertInto('authorship_claims')
      .values({ paper_id: paperId, reader_id: reader.id, note, claimed_at: now, ...claim })
      .onConflict((conflict) =>
        conflict
          .columns(['paper_id', 'reader_id'])
          .doUpdateSet(claim)
          .where('authorship_claims.state', '<>', 'confirmed'),
      )
      .execute()
    if (proved) await takeBackOwnVotes(trx, { paperId, now })
    return { ok: true, state: claim.state }
  })
}

/** A curator confirms a reader's claim. */
export async function confirmClaim(
  db: Kysely<Database>,
  options: { paperId: number; readerId: string } & Decision,
): Promise<ActOutcome> {
  return decide(db, { ...options, state: 'confirmed' })
}

/** A curator rejects a reader's claim. */
export async function rejectClaim(
  db: Kysely<Database>,
  options: { paperId: number; readerId: string } & Decision,
): Promise<ActOutcome> {
  return decide(db, { ...options, state: 'refused' })
}

async function decide(
  db: Kysely<Database>,
  {
    paperId: askedId,
    readerId,
    state,
    curatorId,
    reason,
    now,
  }: { paperId: number; readerId: string; state: 'confirmed' | 'refused' } & Decision,
): Promise<ActOutcome> {
  if (readerId === curatorId)
    return { ok: false, reason: 'You cannot decide on your own claim. Leave it to another curator.' }
  return asCurator(db, { curatorId }, async (trx) => {
    const paper = await holdPaper(trx, { paperId: askedId, lock: 'no key update' })
    if (!paper) return NO_LONGER_HERE
    const paperId = paper.id
    const { numUpdatedRows } = await trx
      .updateTable('authorship_claims')
      .set({ state, by: 'curator', decided_at: now })
      .where('paper_id', '=', paperId)
      .where('reader_id', '=', readerId)
      .where('state', '=', 'waiting')
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return { ok: true, changed: false }
    if (state === 'confirmed') await takeBackOwnVotes(trx, { paperId, now })
    const act = state === 'confirmed' ? 'confirm-claim' : 'refuse-claim'
    // Without the reader: an author's name is shown with the paper anyway, and a rejected claim shames no one.
    await logAct(trx, { act, on: paperSubject(paper), curatorId, reason, now })
    return { ok: true, changed: true }
  })
}

/**
 * Withdraws what confirmed authors of a paper added to its heat (votes, picks, first comments), in the caller's
 * transaction.
 */
async function takeBackOwnVotes(
  trx: Transaction<Database>,
  { paperId, now }: { paperId: number; now: Date },
): Promise<void> {
  const authors = (await authorsHere(trx, paperId)).map(({ id }) => id)
  if (authors.length === 0) return
  await removeVotes(
    trx,
    authors.map((readerId) => ({ paperId, readerId })),
    { now },
  )
  const picks = await trx
    .deleteFrom('picks')
    .where('paper_id', '=', paperId)
    .where('curator_id', 'in', authors)
    .returning('event')
    .execute()
  const { rows: comments } = await sql<{ event: string }>`
    with losing as (
      select id, event from comments
      where paper_id = ${paperId} and reader_id = any(${authors}::uuid[]) and event is not null
    )
    update comments c set event = null from losing where losing.id = c.id returning losing.event`.execute(trx)
  await takeBackSignals(
    trx,
    [
      ...picks.map(({ event }) => ({ kind: 'pick' as const, event })),
      ...comments.map(({ event }) => ({ kind: 'comment' as const, event })),
    ].map(({ kind, event }) => ({ paperId, kind, origin: 'reader', originKey: event })),
    { now },
  )
  await sql`update papers set pick_count = (select count(*) from picks where paper_id = ${paperId})
    where id = ${paperId}`.execute(trx)
}

/** A reader confirmed as an author of a paper. */
export type AuthorHere = { id: string; name: string; orcid: string | null; public: boolean }

/** The readers confirmed as authors of a paper. */
export async function authorsHere(db: Kysely<Database>, paperId: number): Promise<AuthorHere[]> {
  const rows = await db
    .selectFrom('authorship_claims as c')
    .innerJoin('readers as r', 'r.id', 'c.reader_id')
    .select(['r.id', 'r.name', 'r.orcid', 'r.orcid_verified', 'r.public'])
    .where('c.paper_id', '=', paperId)
    .where('c.state', '=', 'confirmed')
    .orderBy('c.claimed_at')
    .orderBy('r.id')
    .execute()
  return rows.map(({ orcid_verified: isVerified, orcid, ...row }) => ({
    ...row,
    orcid: isVerified ? orcid : null,
  }))
}

/** The state of a reader's claim to a paper; null if they made none. */
export async function claimOf(
  db: Kysely<Database>,
  { paperId, readerId }: { paperId: number; readerId: string },
): Promise<'waiting' | 'confirmed' | 'refused' | null> {
  const row = await db
    .selectFrom('authorship_claims')
    .select('state')
    .where('paper_id', '=', paperId)
    .where('reader_id', '=', readerId)
    .executeTakeFirst()
  return row?.state ?? null
}

async function isNamedOn(
  trx: Transaction<Database>,
  {
    paperId,
    reader: { orcid, orcidVerified },
  }: { paperId: number; reader: Pick<Reader, 'orcid' | 'orcidVerified'> },
): Promise<boolean> {
  if (!orcidVerified || orcid === null) return false
  const { rows } = await sql<{ named: boolean }>`
    select exists (select from paper_authors where paper_id = ${paperId} and orcid = ${orcid}) as named
  `.execute(trx)
  return rows[0]?.named ?? false
}
