import { sql, type Kysely } from 'kysely'
import type { Database } from './schema.ts'

/** A part of an export: a query of the rows of one reader, who is `$` in it. */
export type ExportedPart = { name: string; rows: string }

/** The rows of each part by its name, from one reading of the database. */
export async function exportRows(
  db: Kysely<Database>,
  { parts, readerId }: { parts: readonly ExportedPart[]; readerId: string },
): Promise<Record<string, unknown>> {
  const queries = parts.map(({ name, rows }) => {
    const [before = '', after = ''] = rows.split('$')
    return sql`${sql.lit(name)}::text, (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from (${sql.raw(before)}${readerId}::uuid${sql.raw(after)}) r)`
  })
  const { rows } = await sql<{ exported: Record<string, unknown> }>`
    select jsonb_build_object(${sql.join(queries)}) as exported`.execute(db)
  return rows[0]?.exported ?? {}
}
