import { sql, type Kysely } from 'kysely'
import type { Database } from '../src/db/schema.ts'

/** All that is stored of papers, without the numbers and feed names that the database gives, by address. */
export async function storedPapers(db: Kysely<Database>): Promise<unknown[]> {
  const { rows } = await sql<{ paper: unknown }>`
    select jsonb_build_object(
      'paper', to_jsonb(p) - '{id,uuid,heat,attention,index_seq}'::text[],
      'attention', round(p.attention::numeric, 6),
      'heat', case when p.heat = '-Infinity' then null else round(p.heat::numeric, 6) end,
      'identifiers', (select jsonb_agg(scheme || ':' || value order by scheme, value) from paper_identifiers i where i.paper_id = p.id),
      'records', (select jsonb_agg(to_jsonb(r) - 'paper_id' order by source) from paper_records r where r.paper_id = p.id),
      'authors', (select jsonb_agg(to_jsonb(a) - 'paper_id' order by position) from paper_authors a where a.paper_id = p.id),
      'categories', (select jsonb_agg(to_jsonb(c) - 'paper_id' order by category) from paper_categories c where c.paper_id = p.id),
      'signals', (select jsonb_agg(to_jsonb(s) - '{id,paper_id}'::text[] order by kind, origin, origin_key) from signals s where s.paper_id = p.id)
    ) as paper from papers p order by address`.execute(db)
  return rows.map(({ paper }) => paper)
}
