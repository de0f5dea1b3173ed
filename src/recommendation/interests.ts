import type { Kysely, Transaction } from 'kysely'
import { isVisible, lengthOf, plainLine } from '../accounts/typed-text.ts'
import { holdReaders } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { holdForReader } from '../papers/hold.ts'

/** In characters. */
export const LONGEST_INTEREST_NAME = 100

/** How much an interest can count: half as much as others, as much, or twice as much. */
export const BOOSTS = { less: 0.5, normal: 1, more: 2 } as const
export type Boost = keyof typeof BOOSTS

/** The outcome of a change to a reader's own interest; `no-interest` for one of another reader too. */
export type InterestChange = { ok: true } | { ok: false; kind: 'no-interest' }

/** An interest of a reader. */
type Own = { readerId: string; interestId: number }

/** Gives an interest the name that its reader types: a visible line of up to 100 characters, which then stays. */
export async function renameInterest(
  db: Kysely<Database>,
  { name: typed, ...own }: Own & { name: string },
): Promise<InterestChange | { ok: false; kind: 'no-name' | 'long-name' }> {
  const name = plainLine(typed)
  if (!isVisible(name)) return { ok: false, kind: 'no-name' }
  if (lengthOf(name) > LONGEST_INTEREST_NAME) return { ok: false, kind: 'long-name' }
  return change(db, own, { name, named_by_reader: true })
}

/** Leaves an interest aside until it is resumed; one that is paused already stays so since then. */
export async function pauseInterest(
  db: Kysely<Database>,
  { now, ...own }: Own & { now: Date },
): Promise<InterestChange> {
  return inOwnInterests(db, { readerId: own.readerId, interestIds: [own.interestId] }, async (trx) => {
    await trx
      .updateTable('interests')
      .set((eb) => ({ paused_at: eb.fn.coalesce('paused_at', eb.val(now)) }))
      .where('id', '=', own.interestId)
      .execute()
    return { ok: true }
  })
}

/** Counts a paused interest again. */
export async function resumeInterest(db: Kysely<Database>, own: Own): Promise<InterestChange> {
  return change(db, own, { paused_at: null })
}

/** Makes an interest count less than others, as much, or more. */
export async function boostInterest(
  db: Kysely<Database>,
  { boost, ...own }: Own & { boost: Boost },
): Promise<InterestChange> {
  return change(db, own, { boost: BOOSTS[boost] })
}

/** Makes one interest of two: the papers of the first are the other's, whose name and weight stay. */
export async function mergeInterests(
  db: Kysely<Database>,
  { readerId, interestId, intoId }: Own & { intoId: number },
): Promise<InterestChange | { ok: false; kind: 'same-interest' }> {
  if (interestId === intoId) return { ok: false, kind: 'same-interest' }
  return inOwnInterests(db, { readerId, interestIds: [interestId, intoId] }, async (trx) => {
    await trx
      .updateTable('interest_papers')
      .set({ interest_id: intoId })
      .where('interest_id', '=', interestId)
      .execute()
    await trx.deleteFrom('interests').where('id', '=', interestId).execute()
    return { ok: true }
  })
}

/** Drops an interest. Its papers speak for no interest from then on, so that it is not found again. */
export async function dropInterest(
  db: Kysely<Database>,
  { readerId, interestId }: Own,
): Promise<InterestChange> {
  return inOwnInterests(db, { readerId, interestIds: [interestId] }, async (trx) => {
    await trx.deleteFrom('interests').where('id', '=', interestId).execute()
    return { ok: true }
  })
}

export type ReasonChange = { ok: true } | { ok: false; kind: 'no-paper' }

/** Learns nothing any more from what a reader did with a paper (“Not this reason”). */
export async function excludeReason(
  db: Kysely<Database>,
  { readerId, paperId, now }: { readerId: string; paperId: number; now: Date },
): Promise<ReasonChange> {
  return inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId, paperId, lock: 'key share' })
    // A hidden one that was not learned from is none to them.
    if (!paper || (paper.hidden && !(await isLearnedFrom(trx, { readerId, paperId: paper.id }))))
      return { ok: false, kind: 'no-paper' }
    await trx
      .insertInto('interest_papers')
      .values({ reader_id: readerId, paper_id: paper.id, interest_id: null, excluded_at: now })
      .onConflict((conflict) =>
        conflict
          .columns(['reader_id', 'paper_id'])
          .doUpdateSet((eb) => ({ excluded_at: eb.fn.coalesce('interest_papers.excluded_at', eb.val(now)) })),
      )
      .execute()
    return { ok: true }
  })
}

async function isLearnedFrom(
  trx: Transaction<Database>,
  { readerId, paperId }: { readerId: string; paperId: number },
): Promise<boolean> {
  const row = await trx
    .selectFrom('interest_papers')
    .select('paper_id')
    .where('reader_id', '=', readerId)
    .where('paper_id', '=', paperId)
    .executeTakeFirst()
  return row !== undefined
}

/** Learns again from what a reader did with a paper; `no-paper` for one that no interest was looked for in. */
export async function includeReason(
  db: Kysely<Database>,
  { readerId, paperId }: { readerId: string; paperId: number },
): Promise<ReasonChange> {
  return inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId, paperId, lock: 'key share' })
    if (!paper || !(await isLearnedFrom(trx, { readerId, paperId: paper.id })))
      return { ok: false, kind: 'no-paper' }
    // Of no interest it would say nothing: without a row it is looked at anew.
    const { numDeletedRows } = await trx
      .deleteFrom('interest_papers')
      .where('reader_id', '=', readerId)
      .where('paper_id', '=', paper.id)
      .where('interest_id', 'is', null)
      .where('excluded_at', 'is not', null)
      .executeTakeFirst()
    if (numDeletedRows > 0n) await trx.insertInto('taste_changes').values({ reader_id: readerId }).execute()
    await trx
      .updateTable('interest_papers')
      .set({ excluded_at: null })
      .where('reader_id', '=', readerId)
      .where('paper_id', '=', paper.id)
      .execute()
    return { ok: true }
  })
}

async function change(
  db: Kysely<Database>,
  { readerId, interestId }: Own,
  facts: { name: string; named_by_reader: true } | { boost: number } | { paused_at: null },
): Promise<InterestChange> {
  return inOwnInterests(db, { readerId, interestIds: [interestId] }, async (trx) => {
    await trx.updateTable('interests').set(facts).where('id', '=', interestId).execute()
    return { ok: true }
  })
}

/** Changes interests of one reader in a transaction that has their rows, in order of id: changes follow one another. */
async function inOwnInterests(
  db: Kysely<Database>,
  { readerId, interestIds }: { readerId: string; interestIds: number[] },
  work: (trx: Transaction<Database>) => Promise<InterestChange>,
): Promise<InterestChange> {
  return inTransaction(db, async (trx) => {
    await holdReaders(trx, { acting: [readerId] })
    const held = await trx
      .selectFrom('interests')
      .select('id')
      .where('reader_id', '=', readerId)
      .where('id', 'in', interestIds)
      .orderBy('id')
      .forUpdate()
      .execute()
    return held.length === interestIds.length ? work(trx) : { ok: false, kind: 'no-interest' }
  })
}
