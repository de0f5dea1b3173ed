import { sql, type Kysely } from 'kysely'
import type { Database } from '../../src/db/schema.ts'
import { paperAddress } from '../../src/papers/identifiers.ts'
import { redateEditions } from '../../src/ranking/editions.ts'
import { encodeVector } from '../../src/search/embeddings/quantize.ts'
import type { BenchPaper, Papers } from './papers.ts'
import type { Vectors } from './vectors.ts'

/** The zone by which editions are dated here and at the site. */
export const TIME_ZONE = 'America/New_York'

const AT_ONCE = 2_000

/**
 * Writes papers and their vectors straight into the tables of an empty database, as recording and embedding would have
 * left them (but for the statements of sources and the list of authors, which searches do not read). Paper n has the
 * id n + 1. Tells `onProgress` how many are in.
 */
export async function fillDatabase(
  db: Kysely<Database>,
  { papers, vectors, onProgress }: { papers: Papers; vectors: Vectors; onProgress: (done: number) => void },
): Promise<void> {
  for (let from = 0; from < papers.count; from += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, papers.count - from) }, (_, i) => from + i)
    await db.transaction().execute(async (trx) => {
      // All of it is thrown away in the end.
      await sql`set local synchronous_commit = off`.execute(trx)
      await writePapers(
        trx,
        numbers.map((n) => papers.at(n)),
      )
      await writeVectors(
        trx,
        numbers.map((n) => vectors.of(n)),
        { firstId: from + 1, model: vectors.model },
      )
    })
    onProgress(from + numbers.length)
  }
  await sql`insert into paper_identifiers (scheme, value, paper_id)
    select case when arxiv_id is null then 'doi' else 'arxiv' end, coalesce(arxiv_id, doi), id from papers`.execute(
    db,
  )
  await sql`insert into paper_categories (category, dated_at, paper_id)
    select distinct category, dated_at, id from papers, unnest(categories) as category`.execute(db)
  await sql`insert into embedding_models (model, through, in_use, dimensions)
    select ${vectors.model}, max(index_seq), true, ${vectors.dimensions}::integer from papers`.execute(db)
  const { rows } = await sql<{ last: number }>`select max(id) as last from papers`.execute(db)
  if (rows[0]?.last !== papers.count) throw new Error('papers and vectors have other ids than they should')
  await redateEditions(db, { timeZone: TIME_ZONE })
  // Otherwise the server does so by itself, while it is measured.
  for (const table of ['papers', 'paper_identifiers', 'paper_categories', 'paper_embeddings'])
    await sql`vacuum (analyze) ${sql.table(table)}`.execute(db)
  await sql`checkpoint`.execute(db)
}

async function writePapers(db: Kysely<Database>, papers: BenchPaper[]): Promise<void> {
  const rows = papers.map((paper, number) => ({
    number,
    address: paperAddress(paper.identifier),
    arxiv_id: paper.identifier.scheme === 'arxiv' ? paper.identifier.value : null,
    doi: paper.identifier.scheme === 'doi' ? paper.identifier.value : null,
    title: paper.title,
    abstract: paper.abstract,
    authors: paper.authors.map((name) => ({ name })),
    published: { precision: 'time', value: paper.published },
    categories: paper.categories,
    links: paper.hasCode
      ? [{ kind: 'code', url: `https://github.com/bench/${paper.identifier.value}`, sources: ['jsonl'] }]
      : [],
    dated_at: paper.published,
  }))
  await sql`
    insert into papers (address, arxiv_id, doi, title, abstract, authors, authors_truncated, published, primary_category,
      categories, withdrawn, links, provenance, edition, edition_from, dated_at, recorded_at, changed_at)
    select address, arxiv_id, doi, title, abstract, authors, false, published, categories[1], categories, false, links,
      '{"title":"jsonl","abstract":"jsonl","published":"jsonl","categories":"jsonl","edition":"jsonl"}',
      (dated_at at time zone ${TIME_ZONE})::date, 'publication', dated_at, now(), now()
    from json_to_recordset(${JSON.stringify(rows)}::json) as r(
      number integer, address text, arxiv_id text, doi text, title text, abstract text, authors jsonb, published jsonb,
      categories text[], links jsonb, dated_at timestamptz)
    order by number`.execute(db)
}

/** Vectors of papers with consecutive ids: as one parameter of bytes, which the driver sends as they are. */
export async function writeVectors(
  db: Kysely<Database>,
  vectors: Float32Array[],
  { firstId, model }: { firstId: number; model: string },
): Promise<void> {
  const stored = vectors.map(encodeVector)
  const length = stored[0]?.length ?? 0
  await sql`
    insert into paper_embeddings (model, paper_id, digest, vector)
    select ${model}, ${firstId}::bigint + n, sha256(int8send(${firstId}::bigint + n)),
      substring(bytes from n * ${length}::integer + 1 for ${length}::integer)
    from (select ${Buffer.concat(stored)}::bytea as bytes) as all_of_them, generate_series(0, ${vectors.length - 1}::integer) as n
    order by n`.execute(db)
}
