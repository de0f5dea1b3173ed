import { sql, type Kysely } from 'kysely'
import type { Database } from '../../src/db/schema.ts'

/** Everything that the database holds, as JSON by table; how often things were done, which every request counts, is left out. */
export async function snapshot(db: Kysely<Database>): Promise<Record<string, unknown>> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'rate_limits'`.execute(db)
  const tables = rows.map(
    ({ name }) =>
      sql`${sql.lit(name)}::text, (select coalesce(jsonb_agg(to_jsonb(t) order by to_jsonb(t)::text), '[]') from ${sql.table(name)} t)`,
  )
  const found = await sql<{ all: Record<string, unknown> }>`
    select jsonb_build_object(${sql.join(tables)}) as all`.execute(db)
  return found.rows[0]?.all ?? {}
}
