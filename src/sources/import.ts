import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { HarvestOutcome } from '../papers/harvested-paper.ts'
import { outcomesByRecord, writeInBatches, type Batch, type Refused } from './batches.ts'
import { endRecording, recordHarvest } from './record-harvest.ts'

/** How many records of an input had which outcome; every record counts once. */
export type ImportCounts = { new: number; updated: number; unchanged: number; refused: number }

export type Refusal = { position: string; reason: string }

/** Refusals remembered for one import; further ones are only counted. */
const REFUSALS_KEPT = 1_000

/**
 * Records everything that a source yields, in batches, and keeps account of it in `imports`. Killed at any moment and
 * run again, it ends in the same state: what was recorded already is recognised and left. `onProgress` is called after each batch, `onRefusal` for each record refused.
 */
export async function importPapers(
  db: Kysely<Database>,
  outcomes: AsyncIterable<HarvestOutcome>,
  {
    name,
    format,
    timeZone,
    now,
    onProgress = () => {},
    onRefusal = () => {},
  }: {
    name: string
    format: string
    timeZone: string
    now: () => Date
    onProgress?: (counts: ImportCounts) => void
    onRefusal?: (refusal: Refusal) => void
  },
): Promise<ImportCounts> {
  const counts: ImportCounts = { new: 0, updated: 0, unchanged: 0, refused: 0 }
  const { id } = await db
    .insertInto('imports')
    .values({ name, format, started_at: now(), finished_at: null })
    .returning('id')
    .executeTakeFirstOrThrow()

  async function write({ statements, refused }: Batch) {
    const recorded = await recordHarvest(
      db,
      statements.map(({ paper }) => paper),
      { now: now(), timeZone, run: true },
    )
    for (const outcome of outcomesByRecord(statements, recorded)) counts[outcome]++
    const kept = refused.slice(0, Math.max(0, REFUSALS_KEPT - counts.refused)).map(refusalOf)
    if (kept.length > 0) {
      await db
        .insertInto('import_refusals')
        .values(kept.map((refusal, i) => ({ import_id: id, number: counts.refused + 1 + i, ...refusal })))
        .execute()
    }
    counts.refused += refused.length
    await db.updateTable('imports').set(counts).where('id', '=', id).execute()
    onProgress(counts)
  }
  try {
    await writeInBatches(outcomes, { write, onRefused: (refused) => onRefusal(refusalOf(refused)) })
  } finally {
    await endRecording(db, counts)
  }
  await db.updateTable('imports').set({ finished_at: now() }).where('id', '=', id).execute()
  return counts
}

function refusalOf({ position, reason }: Refused): Refusal {
  return { position, reason }
}
