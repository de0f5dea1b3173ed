import { sql, type Kysely } from 'kysely'
import type { Database } from '../../src/db/schema.ts'

type Definition = { name: string; constraint: boolean; definition: string }

/**
 * Has a table filled without its indexes and makes them anew after it, exactly as they were: sorting once is much
 * quicker than finding a place for each of millions of rows. What other tables refer to stays.
 */
export async function withoutIndexes(
  db: Kysely<Database>,
  table: string,
  fill: () => Promise<void>,
): Promise<void> {
  const { rows } = await sql<Definition>`
    select coalesce(c.conname, i.relname) as name, c.oid is not null as constraint,
      coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(x.indexrelid)) as definition
    from pg_index x join pg_class i on i.oid = x.indexrelid
    left join pg_constraint c on c.conindid = x.indexrelid and c.contype in ('p', 'u')
    where x.indrelid = ${table}::regclass
      and not exists (select from pg_constraint f where f.contype = 'f' and f.conindid = x.indexrelid)`.execute(
    db,
  )
  for (const { name, constraint } of rows)
    await (
      constraint
        ? sql`alter table ${sql.table(table)} drop constraint ${sql.ref(name)}`
        : sql`drop index ${sql.ref(name)}`
    ).execute(db)
  await fill()
  for (const { name, constraint, definition } of rows)
    await (
      constraint
        ? sql`alter table ${sql.table(table)} add constraint ${sql.ref(name)} ${sql.raw(definition)}`
        : sql.raw(definition)
    ).execute(db)
}
