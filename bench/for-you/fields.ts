import { sql, type Kysely } from 'kysely'
import type { Database } from '../../src/db/schema.ts'
import { randomFrom, shuffled } from '../search-speed/random.ts'

/** Each reader follows so many fields, of those that most papers are of, and chose among the newest papers of each. */
const FIELDS = { each: 3, of: 40, newest: 400 }

/**
 * Readers with fields, who have voted for papers of three categories each, in turn: `votes` votes a reader, in place of those they had.
 * (What a paper was voted for in all is left as it was.) Answers for each reader papers of their fields that they have not voted for.
 */
export async function giveFields(
  db: Kysely<Database>,
  { readers, votes, unread, now }: { readers: string[]; votes: number; unread: number; now: Date },
): Promise<number[][]> {
  const { rows: fields } = await sql<{ category: string; papers: number[] }>`
    select category, array(select paper_id::integer from paper_categories c where c.category = t.category
      order by dated_at desc limit ${FIELDS.newest}) as papers
    from topic_counts t order by papers desc limit ${FIELDS.of}`.execute(db)
  const random = randomFrom(20_260_116)
  const cast: { reader: number; paper: number; age: number }[] = []
  const left = readers.map((_, reader) => {
    const own = Array.from({ length: FIELDS.each }, () =>
      shuffled(fields[Math.floor(random() * fields.length)]?.papers ?? [], random),
    )
    const drawn = [
      ...new Set(
        Array.from(
          { length: votes + unread },
          (_, i) => own[i % own.length]?.[Math.floor(i / own.length)] ?? 1,
        ),
      ),
    ]
    // The latest of them today, the first of them a year ago.
    for (const [i, paper] of drawn.slice(0, votes).entries())
      cast.push({ reader, paper, age: (365 * i) / votes })
    return drawn.slice(votes)
  })
  await sql`delete from votes where reader_id = any(${readers}::uuid[])`.execute(db)
  await sql`insert into votes (paper_id, reader_id, event, points, voted_at)
    select paper, (${readers}::uuid[])[reader + 1], gen_random_uuid(), 10, ${now}::timestamptz - interval '1 day' * age
    from json_to_recordset(${JSON.stringify(cast)}::json) as c(reader integer, paper bigint, age double precision)
    where exists (select from papers where id = paper)
    order by paper, reader`.execute(db)
  return left
}
