import type { Kysely } from 'kysely'
import { holdReaders } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { currentNumbers, holdPapers } from '../papers/hold.ts'

/** Papers that can be marked at once. */
export const MOST_SEEN = 100

/**
 * Notes that a reader was shown papers on their own front page. The first time counts; papers that are gone are left out, as
 * are those beyond `MOST_SEEN`. Throws `MayNotAct`.
 */
export async function markSeen(
  db: Kysely<Database>,
  { readerId, paperIds, now }: { readerId: string; paperIds: readonly number[]; now: Date },
): Promise<void> {
  const asked = await currentNumbers(db, paperIds.slice(0, MOST_SEEN))
  await inTransaction(db, async (trx) => {
    await holdReaders(trx, { acting: [readerId] })
    const papers = await holdPapers(trx, asked, 'key share')
    if (papers.length === 0) return
    await trx
      .insertInto('seen_papers')
      .values(papers.map(({ id }) => ({ reader_id: readerId, paper_id: id, at: now })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  })
}
