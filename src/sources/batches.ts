import type { HarvestedPaper, HarvestOutcome } from '../papers/harvested-paper.ts'
import type { Recorded } from '../papers/record.ts'

export type Statement = Extract<HarvestOutcome, { ok: true }>
export type Refused = Extract<HarvestOutcome, { ok: false }>

/** What is written in one transaction. */
export type Batch = {
  statements: Statement[]
  refused: Refused[]
  /** Records that were not wanted. */
  passedOver: number
  isLast: boolean
}

/** Records in one transaction: large enough to be fast, small enough to lose little when killed. */
const BATCH = 500
/** And the characters of them, beyond which a batch is large enough however few they are. */
const BATCH_SIZE = 2_000_000

/**
 * Reads outcomes and writes them batch by batch, one after another; the last batch may be empty. While one is written the
 * next is read: no more than these two are ever held. Statements of one record stay together. When this ends, however it
 * does, nothing is under way any more.
 */
export async function writeInBatches(
  outcomes: AsyncIterable<HarvestOutcome> | Iterable<HarvestOutcome>,
  {
    write,
    isWanted = () => true,
    onRefused = () => {},
    signal,
  }: {
    write: (batch: Batch) => Promise<void>
    isWanted?: (paper: HarvestedPaper) => boolean
    /** As soon as one is read. */
    onRefused?: (refused: Refused) => void
    signal?: AbortSignal
  },
): Promise<void> {
  let batch = emptyBatch()
  let size = 0
  let writing: Promise<void> = Promise.resolve()

  async function flush({ isLast }: { isLast: boolean }): Promise<void> {
    const full = { ...batch, isLast }
    batch = emptyBatch()
    size = 0
    await writing
    writing = write(full)
    // It is awaited with the next batch; until then a failure must not count as unhandled.
    writing.catch(() => {})
  }

  try {
    for await (const outcome of outcomes) {
      // One record may yield several statements, which are recorded together.
      const continues = outcome.ok && outcome.continues === true
      const isFull = batch.statements.length + batch.refused.length >= BATCH || size > BATCH_SIZE
      if (!continues && isFull) {
        await flush({ isLast: false })
        signal?.throwIfAborted()
      }
      if (!outcome.ok) {
        batch.refused.push(outcome)
        onRefused(outcome)
      } else if (isWanted(outcome.paper)) {
        batch.statements.push(outcome)
        size += sizeOf(outcome.paper)
      } else if (!continues) batch.passedOver += 1
    }
    await flush({ isLast: true })
  } finally {
    await writing
  }
}

function emptyBatch(): Omit<Batch, 'isLast'> {
  return { statements: [], refused: [], passedOver: 0 }
}

/** Roughly the characters that a statement takes: a collaboration may have thousands of authors. */
function sizeOf({ abstract = '', authors = [] }: HarvestedPaper): number {
  return 500 + abstract.length + 50 * authors.length
}

const STRONGEST = ['new', 'updated', 'unchanged'] as const

/** One outcome a record: of several statements of one record, the one that changed most. */
export function outcomesByRecord(statements: Statement[], recorded: Recorded[]): Recorded['outcome'][] {
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
