import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { PACKAGE_ROOT } from '../runtime/package-root.ts'
import { hasNoPapers } from '../papers/find.ts'
import { decodeText } from './formats/decode-text.ts'
import { importPapers, type ImportCounts } from './import.ts'
import { readSampleEdition } from './formats/sample-edition.ts'

export const SAMPLE_EDITION = join(PACKAGE_ROOT, 'db', 'seed', 'sample-edition.json')

const LAID_OUT = 'sample_edition_laid_out_at'

/** Lays out the sample edition in an empty database; refuses one that has papers or had the sample before. */
export async function layOutSample(
  db: Kysely<Database>,
  { now, timeZone }: { now: () => Date; timeZone: string },
): Promise<{ ok: true; counts: ImportCounts } | { ok: false; reason: 'not-empty' | 'laid-out-before' }> {
  if (!(await hasNoPapers(db))) return { ok: false, reason: 'not-empty' }
  const before = await db
    .selectFrom('site_state')
    .select('name')
    .where('name', '=', LAID_OUT)
    .executeTakeFirst()
  if (before) return { ok: false, reason: 'laid-out-before' }
  const counts = await importPapers(db, readSampleEdition(decodeText(createReadStream(SAMPLE_EDITION))), {
    name: 'sample-edition.json',
    format: 'sample',
    timeZone,
    now,
  })
  await db
    .insertInto('site_state')
    .values({ name: LAID_OUT, value: JSON.stringify(now()) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return { ok: true, counts }
}
