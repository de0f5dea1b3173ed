import type pg from 'pg'

export type Table = { name: string; columns: string[] }

/** The tables of the schema, those that others refer to first, with the columns that can be filled. */
export async function tablesInOrder(client: pg.ClientBase): Promise<Table[]> {
  const { rows: tables } = await client.query<Table>(`
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and c.relname not in ('migrations', 'restoring')
    group by c.relname order by c.relname`)
  const { rows: references } = await client.query<{ from: string; to: string }>(`
    select f.relname as from, t.relname as to
    from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
    where k.contype = 'f' and k.connamespace = current_schema()::regnamespace and f.oid <> t.oid`)
  return inOrder(tables, references)
}

/** Tables so that each comes after those it refers to. Throws when they refer to each other in a circle. */
export function inOrder(tables: Table[], references: { from: string; to: string }[]): Table[] {
  const ordered: Table[] = []
  let left = tables
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name))
    const ready = left.filter(
      ({ name }) => !references.some(({ from, to }) => from === name && waiting.has(to)),
    )
    if (ready.length === 0) throw new Error(`these tables refer to each other: ${[...waiting].join(', ')}`)
    ordered.push(...ready)
    left = left.filter((table) => !ready.includes(table))
  }
  return ordered
}

export type Sequence = { name: string; last: number; used: boolean }

/** Where the sequences of the schema are. They are not part of any snapshot: what is read after one is never behind it. */
export async function sequencesNow(client: pg.ClientBase): Promise<Sequence[]> {
  const { rows } = await client.query<{ name: string }>(`
    select relname as name from pg_class
    where relkind = 'S' and relnamespace = current_schema()::regnamespace order by 1`)
  const sequences: Sequence[] = []
  for (const { name } of rows) {
    const state = await client.query<{ last: number; used: boolean }>(
      `select last_value::float8 as last, is_called as used from ${client.escapeIdentifier(name)}`,
    )
    sequences.push({ name, last: state.rows[0]?.last ?? 1, used: state.rows[0]?.used ?? false })
  }
  return sequences
}
