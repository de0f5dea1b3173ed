import type { Kysely } from 'kysely'
import { notify, RECORDING } from '../db/channels.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import type { COUNTED, HarvestedPaper } from '../papers/harvested-paper.ts'
import { recordPapers, type Recorded } from '../papers/record.ts'
import { listingWeight, WEIGHTS } from '../ranking/heat.ts'
import { countedElsewhere, recordSignals, replayHeat, type Signal } from '../ranking/signals.ts'

/**
 * Records a batch of harvested papers in one transaction: their facts, and the attention they have drawn elsewhere.
 * Once it returns they are on disk; recording the same batch again changes nothing. Returns one outcome for each, in order.
 * `run`: it is one of many batches, after which the caller calls `endRecording`.
 */
export async function recordHarvest(
  db: Kysely<Database>,
  harvested: HarvestedPaper[],
  { now, timeZone, run = false }: { now: Date; timeZone: string; run?: boolean },
): Promise<Recorded[]> {
  if (harvested.length === 0) return []
  const papers = harvested.map((paper) => withoutFuture(paper, now))
  return inTransaction(db, async (trx) => {
    const { recorded, kept } = await recordPapers(trx, papers, { now, timeZone })
    const before = await countedElsewhere(
      trx,
      papers.flatMap((paper, index) =>
        COUNTS.some(({ property }) => paper[property]) ? [paperIdAt(recorded, index)] : [],
      ),
    )
    const signals = papers
      .flatMap((paper, index) => signalsOf(paper, paperIdAt(recorded, index), before))
      .map((signal) => ({ ...signal, at: atLatest(signal.at, now) }))
    const heated = await recordSignals(trx, signals, { now })
    await replayHeat(trx, kept)
    const outcomes = recorded.map((record) =>
      record.outcome === 'unchanged' && heated.has(record.paperId)
        ? { ...record, outcome: 'updated' as const }
        : record,
    )
    if (outcomes.some(({ outcome }) => outcome !== 'unchanged'))
      await notify(trx, 'papers', run ? RECORDING : '')
    return outcomes
  })
}

/**
 * Lets every process hear that a run that recorded batches is over, if it changed anything: readers see that at once. They
 * would within a second, so that it is no failure of the run if they cannot be told.
 */
export async function endRecording(
  db: Kysely<Database>,
  counts: { new: number; updated: number },
): Promise<void> {
  if (counts.new + counts.updated > 0) await notify(db, 'papers').catch(() => {})
}

/**
 * What is counted elsewhere, and what one of each weighs. Upvotes and comments count from zero; stars and citations may have gathered
 * for years and only new ones are attention now, so their first count is the base.
 */
const COUNTS = [
  { property: 'upvotes', kind: 'upvote', weight: WEIGHTS.upvote, fromNothing: true },
  { property: 'commentCount', kind: 'comment', weight: WEIGHTS.commentElsewhere, fromNothing: true },
  { property: 'stars', kind: 'star', weight: WEIGHTS.star, fromNothing: false },
  { property: 'citations', kind: 'citation', weight: WEIGHTS.citation, fromNothing: false },
] as const satisfies { property: (typeof COUNTED)[number]; [key: string]: unknown }[]

/** The events in a harvested paper; what is counted elsewhere counts only as far as it exceeds what was counted before. */
function signalsOf(
  paper: HarvestedPaper,
  paperId: number,
  { counted, weighed }: Awaited<ReturnType<typeof countedElsewhere>>,
): Signal[] {
  const signals: Signal[] = []
  const origin = paper.source
  // Submitting a paper does not heat it.
  if (paper.listing && origin !== 'submission') {
    signals.push({
      paperId,
      kind: 'listing',
      // The sample edition is a page of trending papers: its listing and that page's own are one event.
      origin: origin === 'sample' ? 'page' : origin,
      originKey: paper.listing.date,
      amount: 1,
      weight: listingWeight(paper.listing),
      at: new Date(`${paper.listing.date}T12:00:00Z`),
    })
  }
  for (const { property, kind, weight, fromNothing } of COUNTS) {
    const count = paper[property]
    if (!count) continue
    const key = `${paperId} ${kind} ${origin}`
    const before = counted.get(key)
    const amount = count.total - (before?.total ?? 0)
    if (amount <= 0 && !(before === undefined && !fromNothing)) continue
    const base = before?.base ?? (fromNothing ? 0 : count.total)
    counted.set(key, { total: count.total, base })
    // Several count the same citations, and the same stars: what one has seen before another is one event.
    const sum = `${paperId} ${kind}`
    const known = weighed.get(sum) ?? 0
    const unseen = Math.max(0, (count.total - base) * weight - known)
    const weighs = fromNothing ? amount * weight : Math.min(amount * weight, unseen)
    weighed.set(sum, known + weighs)
    signals.push({
      paperId,
      kind,
      origin,
      originKey: String(count.total),
      amount,
      weight: weighs,
      // The first count dates from when counting began, later ones from when they were seen.
      at: new Date(before === undefined ? count.since : count.observedAt),
    })
  }
  return signals
}

/** A statement that says it is of a time to come would be taken for newer than all that follow: it is of no known time. */
function withoutFuture(paper: HarvestedPaper, now: Date): HarvestedPaper {
  if (paper.asOf === undefined || !isAhead(new Date(paper.asOf), now)) return paper
  const { asOf: _, ...timeless } = paper
  return timeless
}

const DAY_MS = 24 * 3_600_000

/** When an event happened that is dated ahead by mistake: now. Heat doubles with every half-life, so it would stay the hottest. */
function atLatest(at: Date, now: Date): Date {
  return isAhead(at, now) ? now : at
}

/** Whether a time can only be a mistake. Today's list counts from noon, and clocks and calendars differ. */
function isAhead(time: Date, now: Date): boolean {
  return time.getTime() > now.getTime() + DAY_MS
}

function paperIdAt(recorded: Recorded[], index: number): number {
  const record = recorded[index]
  if (!record) throw new Error('a statement was recorded without an outcome')
  return record.paperId
}
