import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { HarvestedPaper, HarvestOutcome } from '../papers/harvested-paper.ts'
import type { Recorded } from '../papers/record.ts'
import { recordHarvest } from './record-harvest.ts'

/** How many records of an input had which outcome; every record counts once. */
export type ImportCounts = { new: number; updated: number; unchanged: number; refused: number }

export type Refusal = { position: string; reason: string }

/** Statements recorded in one transaction: large enough to be fast, small enough to lose little when killed. */
const BATCH = 500
/** And the characters of them, beyond which a batch is large enough however few they are. */
const BATCH_SIZE = 2_000_000
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

  let batch = newBatch()
  // While one batch is written the next is read: no more than these two are ever held.
  let writing: Promise<void> = Promise.resolve()

  async function write({ statements, refusals }: Batch) {
    const recorded = await recordHarvest(
      db,
      statements.map(({ paper }) => paper),
      { now: now(), timeZone },
    )
    for (const outcome of outcomesByRecord(statements, recorded)) counts[outcome]++
    const kept = refusals.slice(0, Math.max(0, REFUSALS_KEPT - counts.refused))
    if (kept.length > 0) {
      await db
        .insertInto('import_refusals')
        .values(kept.map((refusal, i) => ({ import_id: id, number: counts.refused + 1 + i, ...refusal })))
        .execute()
    }
    counts.refused += refusals.length
    await db.updateTable('imports').set(counts).where('id', '=', id).execute()
    onProgress(counts)
  }
  async function flush() {
    const full = batch
    batch = newBatch()
    await writing
    writing = write(full)
    // It is awaited with the next batch; until then a failure must not count as unhandled.
    writing.catch(() => {})
  }

  for await (const outcome of outcomes) {
    // One record may yield several statements, which are recorded together.
    const continues = outcome.ok && outcome.continues === true
    if (!continues && (batch.statements.length + batch.refusals.length >= BATCH || batch.size > BATCH_SIZE)) {
      await flush()
    }
    if (outcome.ok) {
      batch.statements.push(outcome)
      batch.size += sizeOf(outcome.paper)
    } else {
      const refusal = { position: outcome.position, reason: outcome.reason }
      batch.refusals.push(refusal)
      onRefusal(refusal)
    }
  }
  await flush()
  await writing
  await db.updateTable('imports').set({ finished_at: now() }).where('id', '=', id).execute()
  return counts
}

type Batch = { statements: Extract<HarvestOutcome, { ok: true }>[]; refusals: Refusal[]; size: number }

function newBatch(): Batch {
  return { statements: [], refusals: [], size: 0 }
}

/** Roughly the characters that a statement takes: a collaboration may have thousands of authors. */
function sizeOf({ abstract = '', authors = [] }: HarvestedPaper): number {
  return 500 + abstract.length + 50 * authors.length
}

const STRONGEST = ['new', 'updated', 'unchanged'] as const

/** One outcome a record: of several statements of one record, the one that changed most. */
export function outcomesByRecord(
  statements: { continues?: true }[],
  recorded: Recorded[],
): Recorded['outcome'][] {
  const outcomes: Recorded['outcome'][] = []
  statements.forEach(({ continues }, i) => {
    const outcome = recorded[i]?.outcome ?? 'unchanged'
    const last = outcomes.length - 1
    const before = outcomes[last]
    if (before !== undefined && continues) {
      outcomes[last] = STRONGEST.find((one) => one === before || one === outcome) ?? outcome
    } else outcomes.push(outcome)
  })
  return outcomes
}
