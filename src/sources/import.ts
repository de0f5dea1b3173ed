import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { HarvestOutcome } from '../papers/harvested-paper.ts'
import type { Recorded } from '../papers/record.ts'
import { recordHarvest } from './record-harvest.ts'

/** How many records of an input became of what; every record counts once. */
export type ImportCounts = { new: number; updated: number; unchanged: number; refused: number }

export type Refusal = { position: string; reason: string }

/** Statements recorded in one transaction: large enough to be fast, small enough to lose little when killed. */
const BATCH = 500
/** Refusals remembered of one import; beyond, they are counted only. */
const REFUSALS_KEPT = 1_000

/**
 * Takes in everything that a source yields, in batches that are each on disk before the next is read, and keeps account
 * of it in `imports`. Killed at any moment and run again, it ends where it would have: what is in already is
 * recognised and left. `onProgress` is called after each batch, `onRefusal` for each record refused.
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

  let batch: Extract<HarvestOutcome, { ok: true }>[] = []
  let refusals: Refusal[] = []

  async function flush() {
    const recorded = await recordHarvest(
      db,
      batch.map(({ paper }) => paper),
      { now: now(), timeZone },
    )
    for (const outcome of outcomesByRecord(batch, recorded)) counts[outcome]++
    const kept = refusals.filter((_, i) => counts.refused - refusals.length + i < REFUSALS_KEPT)
    if (kept.length > 0) {
      const first = counts.refused - refusals.length + 1
      await db
        .insertInto('import_refusals')
        .values(kept.map((refusal, i) => ({ import_id: id, number: first + i, ...refusal })))
        .execute()
    }
    await db.updateTable('imports').set(counts).where('id', '=', id).execute()
    batch = []
    refusals = []
    onProgress(counts)
  }

  for await (const outcome of outcomes) {
    if (outcome.ok) {
      // One record may yield several statements; they go in together.
      if (batch.length >= BATCH && batch.at(-1)?.position !== outcome.position) await flush()
      batch.push(outcome)
    } else {
      counts.refused++
      const refusal = { position: outcome.position, reason: outcome.reason }
      refusals.push(refusal)
      onRefusal(refusal)
      if (refusals.length >= BATCH) await flush()
    }
  }
  await flush()
  await db.updateTable('imports').set({ finished_at: now() }).where('id', '=', id).execute()
  return counts
}

const STRONGEST = ['new', 'updated', 'unchanged'] as const

/** One outcome a record: of several statements at one position, the one that changed most. */
function outcomesByRecord(batch: { position: string }[], recorded: Recorded[]): Recorded['outcome'][] {
  const outcomes: Recorded['outcome'][] = []
  batch.forEach(({ position }, i) => {
    const outcome = recorded[i]?.outcome ?? 'unchanged'
    const last = outcomes.length - 1
    const before = outcomes[last]
    if (before !== undefined && batch[i - 1]?.position === position) {
      outcomes[last] = STRONGEST.find((one) => one === before || one === outcome) ?? outcome
    } else outcomes.push(outcome)
  })
  return outcomes
}
