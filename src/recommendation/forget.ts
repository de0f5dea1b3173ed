import type { Kysely, Transaction } from 'kysely'
import { holdReaders } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { changeTasteSettings } from './own-tastes.ts'

// Readers can forget whenever they want to, also while they are suspended.

/**
 * Chooses whether papers that a reader opens, and searches that they make, say something about them. What was remembered
 * of that which does not any more is deleted.
 */
export async function chooseLearning(
  db: Kysely<Database>,
  { readerId, opened, searches }: { readerId: string; opened: boolean; searches: boolean },
): Promise<void> {
  await whileNothingIsNoted(db, readerId, async (trx) => {
    await changeTasteSettings(trx, { readerId, learnsOpened: opened, learnsSearches: searches })
    if (!opened) await trx.deleteFrom('opened_papers').where('reader_id', '=', readerId).execute()
    if (!searches) await trx.deleteFrom('reader_searches').where('reader_id', '=', readerId).execute()
  })
}

/** Forgets a search of a reader; one that is not theirs stays. */
export async function forgetSearch(
  db: Kysely<Database>,
  { readerId, searchId }: { readerId: string; searchId: number },
): Promise<void> {
  await db
    .deleteFrom('reader_searches')
    .where('id', '=', searchId)
    .where('reader_id', '=', readerId)
    .execute()
}

/** What there is only for a reader's own front page. */
const LEARNED = [
  'interest_papers',
  'interests',
  'followed_topics',
  'followed_authors',
  'paper_ratings',
  'opened_papers',
  'seen_papers',
  'reader_searches',
] as const

/**
 * Forgets a reader's interests, and everything that was kept only to find them. Votes, lists, comments and notes stay, and
 * so does what the reader chose to be learned from; they can begin anew.
 */
export async function forgetTaste(db: Kysely<Database>, { readerId }: { readerId: string }): Promise<void> {
  await whileNothingIsNoted(db, readerId, async (trx) => {
    for (const table of LEARNED) await trx.deleteFrom(table).where('reader_id', '=', readerId).execute()
    await trx.updateTable('tastes').set({ begun_at: null }).where('reader_id', '=', readerId).execute()
  })
}

/** Holds the reader so that nothing of theirs is in flight, which would be kept after it was forgotten. */
async function whileNothingIsNoted(
  db: Kysely<Database>,
  readerId: string,
  work: (trx: Transaction<Database>) => Promise<void>,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await holdReaders(trx, { changed: [readerId] })
    await work(trx)
  })
}
