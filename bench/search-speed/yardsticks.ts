import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../../src/db/schema.ts'
import type { Papers } from './papers.ts'

/** Another way to find the 25 best papers for any of some words: their ids and titles. */
export type Yardstick = {
  name: string
  /** What it took to index the papers, and what the index takes on the disk, with the texts that it searches. */
  seconds: number
  bytes: number
  find(words: string[]): Promise<{ id: number; title: string }[]>
  close(): void
}

const BEST = 25

/** PostgreSQL's own full-text search: weighted words in a GIN index, ordered by `ts_rank`. */
export async function postgresYardstick(db: Kysely<Database>): Promise<Yardstick> {
  const started = performance.now()
  await sql`create table yardstick as select id, title, abstract,
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', abstract), 'B') as words from papers`.execute(
    db,
  )
  await sql`create index yardstick_words on yardstick using gin (words)`.execute(db)
  await sql`vacuum (analyze) yardstick`.execute(db)
  const seconds = (performance.now() - started) / 1_000
  const { rows } = await sql<{ bytes: number }>`select pg_total_relation_size('yardstick') as bytes`.execute(
    db,
  )
  return {
    name: 'PostgreSQL full-text search',
    seconds,
    bytes: rows[0]?.bytes ?? 0,
    async find(words) {
      const found = await sql<{ id: number; title: string }>`
        select id, title from yardstick, websearch_to_tsquery('english', ${words.join(' or ')}) as query
        where words @@ query order by ts_rank(words, query) desc limit ${BEST}`.execute(db)
      return found.rows
    },
    close() {},
  }
}

/** SQLite's FTS5 with its Porter stemmer, ordered by its BM25, titles counting thrice as ours do. */
export function sqliteYardstick(folder: string, papers: Papers): Yardstick {
  const path = join(folder, 'yardstick.sqlite')
  const database = new DatabaseSync(path)
  database.exec(`pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -65536;
    create virtual table papers using fts5(title, abstract, tokenize = 'porter unicode61'); begin`)
  const insert = database.prepare('insert into papers (rowid, title, abstract) values (?, ?, ?)')
  let ms = 0
  const AT_ONCE = 1_000
  for (let from = 0; from < papers.count; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, papers.count - from) }, (_, i) => papers.at(from + i))
    const started = performance.now()
    some.forEach(({ title, abstract }, i) => insert.run(from + i + 1, title, abstract))
    ms += performance.now() - started
  }
  const started = performance.now()
  database.exec(`commit; insert into papers (papers) values ('optimize')`)
  const seconds = (ms + performance.now() - started) / 1_000
  const best = database.prepare(
    `select rowid as id, title from papers where papers match ? order by bm25(papers, 3.0, 1.0) limit ${BEST}`,
  )
  return {
    name: 'SQLite FTS5',
    seconds,
    bytes: statSync(path).size,
    async find(words) {
      return best.all(words.map((word) => `"${word}"`).join(' OR ')) as { id: number; title: string }[]
    },
    close: () => database.close(),
  }
}
