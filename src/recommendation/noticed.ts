import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { holdReaders } from '../db/hold-readers.ts'
import { inTransaction } from '../db/transaction.ts'
import { holdForReader } from '../papers/hold.ts'

/** The newest so many of each are remembered of a reader. */
export const MOST_OPENED = 1_000
export const MOST_SEARCHES = 200
/** As much of a search as is remembered, in characters. */
const LONGEST_SEARCH = 300

/** Remembers that a reader opened a paper, unless they do not want that; opened again, it is the last time that counts. */
export async function noteOpened(
  db: Kysely<Database>,
  { readerId, paperId, now }: { readerId: string; paperId: number; now: Date },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const paper = await holdForReader(trx, { readerId, paperId, lock: 'key share' })
    if (!paper || paper.hidden) return
    await sql`
      insert into opened_papers (reader_id, paper_id, at)
      select ${readerId}, ${paper.id}, ${now}
      where not exists (select from tastes where reader_id = ${readerId} and not learns_opened)
      on conflict (reader_id, paper_id) do update set at = excluded.at`.execute(trx)
    // Of papers that are just being merged, the next time.
    await sql`
      delete from opened_papers where reader_id = ${readerId} and paper_id in (
        select paper_id from opened_papers where reader_id = ${readerId}
        order by at desc, paper_id desc offset ${MOST_OPENED} for update skip locked)`.execute(trx)
  })
}

/** Remembers what a reader searched for, if they allow that; at most 300 characters of it. */
export async function noteSearch(
  db: Kysely<Database>,
  { readerId, text, now }: { readerId: string; text: string; now: Date },
): Promise<void> {
  const searched = Array.from(text.replaceAll('\0', '').toWellFormed())
    .slice(0, LONGEST_SEARCH)
    .join('')
    .trim()
  if (searched === '') return
  await inTransaction(db, async (trx) => {
    await holdReaders(trx, { acting: [readerId] })
    await sql`
      insert into reader_searches (reader_id, text, at)
      select ${readerId}, ${searched}, ${now}
      where exists (select from tastes where reader_id = ${readerId} and learns_searches)
      on conflict (reader_id, text) do update set at = excluded.at`.execute(trx)
    await sql`
      delete from reader_searches where id in (
        select id from reader_searches where reader_id = ${readerId}
        order by at desc, id desc offset ${MOST_SEARCHES} for update skip locked)`.execute(trx)
  })
}
