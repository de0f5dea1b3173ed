import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { PACKAGE_ROOT } from '../runtime/package-root.ts'

/** A column as the types of schema.ts, or the tables that the migrations make, have it. */
type Column = { type: string; nullable: boolean; filled: boolean }

/** Columns that only the library of accounts reads and writes. */
const OTHERS_COLUMNS = new Set(['identities', 'passkeys', 'readers', 'verifications'])

/** What a column's type in TypeScript says, apart from null and `Generated`. */
const TYPES: Record<string, string[]> = {
  number: ['bigint', 'integer', 'smallint', 'double precision'],
  string: ['text', 'uuid', 'date'],
  boolean: ['boolean'],
  Date: ['timestamp with time zone'],
  Buffer: ['bytea'],
  'string[]': ['ARRAY'],
  'number[]': ['ARRAY'],
  Json: ['jsonb'],
}

/** The tables of schema.ts, read as text: types leave nothing to look at when a program runs. */
function typedTables(): Map<string, Map<string, Column>> {
  const source = readFileSync(join(PACKAGE_ROOT, 'src', 'db', 'schema.ts'), 'utf8').replaceAll(
    /\/\*\*[\s\S]*?\*\//g,
    '',
  )
  const named = new Map(
    [...source.matchAll(/^type (\w+) = \{\n([\s\S]*?)^\}/gm)].map(([, name = '', body = '']) => [name, body]),
  )
  const database = /^export type Database = \{\n([\s\S]*?)^\}/m.exec(source)?.[1] ?? ''
  const tables = new Map<string, Map<string, Column>>()
  for (const [, name = '', reference, line, block] of database.matchAll(
    /^ {2}(\w+): (?:(\w+)$|\{ (.*) \}$|\{\n([\s\S]*?)^ {2}\}$)/gm,
  )) {
    tables.set(name, columnsIn(reference ? (named.get(reference) ?? '') : (line ?? block ?? '')))
  }
  return tables
}

function columnsIn(body: string): Map<string, Column> {
  const columns = new Map<string, Column>()
  for (const [, name = '', written = ''] of body.matchAll(/(?:^|; |\n) *(\w+): ([^;\n]+)/g)) {
    const generated = /^Generated<(.*)>$/.exec(written)?.[1]
    const inner = generated ?? written
    // A null of JSON's is kept as one of SQL's.
    const nullable = / \| null>?$/.test(inner)
    const bare = inner.replace(/ \| null$/, '')
    columns.set(name, { type: typeOf(bare), nullable, filled: generated !== undefined })
  }
  return columns
}

function typeOf(written: string): string {
  if (written.startsWith('Json<')) return 'Json'
  // Names of types and unions of literals are texts.
  return written in TYPES ? written : 'string'
}

describeWithDatabase('The types of the schema', (db) => {
  it('say of every table what the migrations make of it', async () => {
    const { rows } = await sql<{ table: string; column: string; type: string } & Omit<Column, 'type'>>`
      select table_name as table, column_name as column, data_type as type, is_nullable = 'YES' as nullable,
        (column_default is not null or is_identity = 'YES') as filled
      from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position
    `.execute(db())
    const made = Map.groupBy(rows, ({ table }) => table)
    const typed = typedTables()
    expect([...typed.keys()].toSorted()).toEqual([...made.keys()].toSorted())

    const faults: string[] = []
    for (const [table, columns] of made) {
      const types = typed.get(table) ?? new Map<string, Column>()
      for (const name of types.keys()) {
        if (!columns.some(({ column }) => column === name)) faults.push(`${table}.${name} is not there`)
      }
      for (const { column, type, nullable, filled } of columns) {
        const said = types.get(column)
        if (!said) {
          if (!OTHERS_COLUMNS.has(table)) faults.push(`${table}.${column} is not typed`)
          continue
        }
        if (!TYPES[said.type]?.includes(type)) faults.push(`${table}.${column} is ${type}, not ${said.type}`)
        if (said.nullable !== nullable) faults.push(`${table}.${column} is nullable: ${String(nullable)}`)
        // What has a default need not be given; it may be.
        if (said.filled && !filled && !nullable) faults.push(`${table}.${column} has no default`)
      }
    }
    expect(faults).toEqual([])
  })
})
