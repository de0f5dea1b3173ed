import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Rows that one statement removes. */
const BATCH = 5_000

/** Forgets which papers readers were shown on their own front pages before a time; returns how many. */
export async function forgetSeen(db: Kysely<Database>, { before }: { before: Date }): Promise<number> {
  for (let forgotten = 0; ;) {
    // Reader by reader, as the index has them; what is just being merged waits for the next time.
    const { rows } = await sql<{ n: number }>`
      with old as (
        select s.reader_id, s.paper_id
        from readers r cross join lateral (
          select reader_id, paper_id from seen_papers
          where reader_id = r.id and at < ${before} for update skip locked
        ) s limit ${BATCH}),
      gone as (
        delete from seen_papers using old
        where (seen_papers.reader_id, seen_papers.paper_id) = (old.reader_id, old.paper_id) returning 1)
      select count(*)::int as n from gone`.execute(db)
    const gone = rows[0]?.n ?? 0
    forgotten += gone
    if (gone < BATCH) return forgotten
  }
}
