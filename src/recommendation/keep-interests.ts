import { sql, type Kysely } from 'kysely'
import { holdReaders, MayNotAct } from '../db/hold-readers.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Interest, Taste } from './taste.ts'

/** Readers that one round looks at. */
const READERS = 20

/**
 * Keeps the interests that were newly found in what readers did, so that they can be named and corrected, and to which of them each
 * paper speaks. What is kept stays where it is. Answers whether readers are left. Any number of processes may do so together, and a
 * second time changes nothing. Throws `TasteAway`.
 */
export async function keepNextInterests(
  db: Kysely<Database>,
  taste: Taste,
  { now, signal }: { now: () => Date; signal?: AbortSignal },
): Promise<{ done: boolean }> {
  const { rows: readers } = await sql<{ id: string; changes: string[] }>`
    select reader_id as id, array(select id from taste_changes c where c.reader_id = r.reader_id) as changes
    from (
      select reader_id, min(id) as first from (select id, reader_id from taste_changes order by id limit 1000) oldest
      group by reader_id order by first limit ${READERS}) r
    order by first`.execute(db)
  for (const { id: readerId, changes } of readers) {
    signal?.throwIfAborted()
    await keepInterests(db, taste, { readerId, now: now() })
    // Those that were there before, and no others: what is done meanwhile is for the next round.
    await sql`delete from taste_changes where id = any(${changes}::bigint[])`.execute(db)
  }
  return { done: readers.length < READERS }
}

/** Keeps what was found in what one reader did. */
export async function keepInterests(
  db: Kysely<Database>,
  taste: Taste,
  { readerId, now }: { readerId: string; now: Date },
): Promise<void> {
  const standing = (await taste.interests({ readerId, now })).filter(({ kind }) => kind === 'standing')
  if (standing.length === 0) return
  try {
    await inTransaction(db, async (trx) => {
      // One process keeps a reader's interests at a time, and the reader corrects none meanwhile.
      await holdReaders(trx, { acting: [readerId], changed: [readerId] })
      for (const interest of standing) {
        const interestId = interest.id ?? (await add(trx, { readerId, interest, now }))
        if (interestId === null) continue
        if (interest.id !== null && !interest.namedByReader)
          await trx
            .updateTable('interests')
            .set({ name: interest.name })
            .where('id', '=', interest.id)
            .where('reader_id', '=', readerId)
            .where('named_by_reader', '=', false)
            .where('name', '<>', interest.name)
            .execute()
        const papers = interest.acts.flatMap(({ paperId }) => paperId ?? []).toSorted((a, b) => a - b)
        // A paper or an interest that has gone since is left out; a paper that has its place keeps it.
        await sql`
          insert into interest_papers (reader_id, paper_id, interest_id)
          select ${readerId}, p.id, i.id from papers p, interests i
          where p.id = any(${papers}::bigint[]) and i.id = ${interestId} and i.reader_id = ${readerId}
          order by p.id
          on conflict (reader_id, paper_id) do nothing`.execute(trx)
      }
    })
  } catch (error) {
    // Suspended, or gone: nothing of theirs is kept now.
    if (!(error instanceof MayNotAct)) throw error
  }
}

/** The interest's number; null where another process has placed its papers meanwhile. */
async function add(
  trx: Kysely<Database>,
  { readerId, interest, now }: { readerId: string; interest: Interest; now: Date },
): Promise<number | null> {
  const papers = interest.acts.flatMap(({ paperId }) => paperId ?? [])
  const { rows } = await sql<{ id: number }>`
    insert into interests (reader_id, name, created_at)
    select ${readerId}, ${interest.name}, ${now}
    where exists (select from readers where id = ${readerId})
      and not exists (select from interest_papers where reader_id = ${readerId} and paper_id = any(${papers}::bigint[]))
    returning id`.execute(trx)
  return rows[0]?.id ?? null
}
