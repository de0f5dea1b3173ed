import { sql, type Kysely } from 'kysely'
import type { Database } from '../../src/db/schema.ts'
import type { Papers } from '../search-speed/papers.ts'

/** Puts what papers say into a table `bench_texts`, numbered from 0, out of which any number of papers can be made. */
export async function writeTexts(db: Kysely<Database>, texts: Papers): Promise<void> {
  await sql`create unlogged table bench_texts (number bigint, title text, abstract text, authors jsonb, categories text[])`.execute(
    db,
  )
  const AT_ONCE = 5_000
  for (let from = 0; from < texts.count; from += AT_ONCE) {
    const rows = Array.from({ length: Math.min(AT_ONCE, texts.count - from) }, (_, i) => {
      const { title, abstract, authors, categories } = texts.at(from + i)
      return { number: from + i, title, abstract, authors: authors.map((name) => ({ name })), categories }
    })
    await sql`insert into bench_texts select * from json_to_recordset(${JSON.stringify(rows)}::json)
      as r(number bigint, title text, abstract text, authors jsonb, categories text[])`.execute(db)
  }
  await sql`analyze bench_texts`.execute(db)
}
