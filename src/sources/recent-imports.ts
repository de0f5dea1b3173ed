import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { ImportCounts, Refusal } from './import.ts'

/** An import as remembered; `finishedAt` is null while it runs, and stays null if it was killed. */
export type PastImport = ImportCounts & {
  id: number
  name: string
  format: string
  startedAt: Date
  finishedAt: Date | null
}

/** The last imports, the newest first. */
export async function recentImports(
  db: Kysely<Database>,
  { limit }: { limit: number },
): Promise<PastImport[]> {
  const rows = await db.selectFrom('imports').selectAll().orderBy('id', 'desc').limit(limit).execute()
  return rows.map(({ started_at: startedAt, finished_at: finishedAt, ...row }) => ({
    ...row,
    startedAt,
    finishedAt,
  }))
}

/** One import with the refusals that were kept; null when there is no such import. */
export async function importDetails(
  db: Kysely<Database>,
  { id }: { id: number },
): Promise<{ past: PastImport; refusals: Refusal[] } | null> {
  const row = await db.selectFrom('imports').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) return null
  const refusals = await db
    .selectFrom('import_refusals')
    .select(['position', 'reason'])
    .where('import_id', '=', id)
    .orderBy('number')
    .execute()
  const { started_at: startedAt, finished_at: finishedAt, ...counts } = row
  return { past: { ...counts, startedAt, finishedAt }, refusals }
}
