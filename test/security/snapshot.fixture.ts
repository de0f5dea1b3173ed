import { sql, type Kysely } from 'kysely'
import type { Database } from '../../src/db/schema.ts'

/** Everything that the database holds, as JSON by table; how often things were done, which every request counts, is left out. */
export async function snapshot(db: Kysely<Database>): Promise<Record<string, unknown>> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'rate_limits'`.execute(db)
  const tables = rows.map(
    ({ name }) =>
      sql`select ${sql.lit(name)}::text as name, (select coalesce(jsonb_agg(to_jsonb(t) order by to_jsonb(t)::text), '[]') from ${sql.table(name)} t) as rows`,
  )
  const found = await sql<{ all: Record<string, unknown> }>`
    select jsonb_object_agg(name, rows) as all from (${sql.join(tables, sql` union all `)}) every`.execute(db)
  return found.rows[0]?.all ?? {}
}
