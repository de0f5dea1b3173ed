import { createHash, randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { sql, type Kysely, type Transaction } from 'kysely'
import { isConnectionLost } from '../db/connect.ts'
import { lockUntilCommit } from '../db/locks.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { ServiceAway, type OutgoingClient } from '../outgoing/client.ts'
import type { PaperIdentifier } from '../papers/identifiers.ts'
import { readArxivHolidays } from './arxiv-holidays.ts'
import { outcomesByRecord, writeInBatches, type Batch, type Refused, type Statement } from './batches.ts'
import { endRecording, recordHarvest } from './record-harvest.ts'
import { backoffMs, nextDue } from './schedule.ts'
import {
  SourceTrouble,
  type HarvestPage,
  type ServiceKeys,
  type ServiceUrls,
  type SourceTask,
  type TaskRun,
} from './source-kind.ts'
import type { Source } from './sources.ts'
import { hasWords } from './words.ts'

/** What a run has brought so far; every record counts once. */
export type RunCounts = {
  new: number
  updated: number
  unchanged: number
  /** Not taken: without the source's words, or with those it is not to have. */
  passedOver: number
  quarantined: number
}

export type RunOutcome =
  | { outcome: 'whole'; counts: RunCounts }
  /** `reason` is a sentence for curators. */
  | { outcome: 'failed'; counts: RunCounts; reason: string; error?: unknown }
  /** It was asked to stop. */
  | { outcome: 'stopped'; counts: RunCounts }

export type HarvestOptions = {
  client: OutgoingClient
  urls: ServiceUrls
  keys: ServiceKeys
  contact: string | null
  timeZone: string
  now: () => Date
  signal: AbortSignal
  /** Waits, in milliseconds, where a range is asked for. */
  wait?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>
  /** A range waits because of this. */
  onWait?: (reason: string) => void
  /** After each batch that was recorded. */
  onProgress?: (counts: RunCounts, total: number | null) => void
  /** For each record that could not be read. */
  onQuarantined?: (record: { position: string; reason: string }) => void
}

/** A run says so often that it is still there; one that was killed is taken up after `HELD_MS`. */
const RENEW_EVERY_MS = 20_000
const HELD_MS = 60_000
/** Failures in a row that a range bears without anything coming between. */
const PATIENT_FAILURES = 4
/** Longer records are kept in part. */
const LONGEST_RECORD = 200_000

/**
 * Runs one task of a source, unless another process does (then null): stores page after page, each together with how far
 * the source has come, so that a run that is killed goes on where it was and stores nothing twice. A `range` is run beside
 * the schedule: it keeps a place of its own until it is whole, and waits for a service that is away. `dryRun` stores nothing.
 */
export async function runTask(
  db: Kysely<Database>,
  source: Source,
  task: SourceTask,
  {
    range = null,
    dryRun = false,
    ...options
  }: HarvestOptions & { range?: TaskRun<unknown>['range']; dryRun?: boolean },
): Promise<RunOutcome | null> {
  const counts: RunCounts = { new: 0, updated: 0, unchanged: 0, passedOver: 0, quarantined: 0 }
  if (dryRun) return walk(db, source, task, { ...options, range, counts, stored: null })

  const place: Place = { sourceId: source.id, task: placeName(task, range), holder: randomUUID() }
  if (range !== null) await openPlace(db, place)
  if (!(await hold(db, place))) return null
  const lost = new AbortController()
  const renewal = setInterval(() => {
    void hold(db, place).then(
      (still) => still || lost.abort(new Error('another process has taken over')),
      () => {},
    )
  }, RENEW_EVERY_MS)
  try {
    const { id: runId } = await db
      .insertInto('harvest_runs')
      .values({
        source_id: source.id,
        task: place.task,
        started_at: options.now(),
        finished_at: null,
        outcome: null,
        reason: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const outcome = await walk(db, source, task, {
      ...options,
      signal: AbortSignal.any([options.signal, lost.signal]),
      range,
      counts,
      stored: { runId, place },
    })
    await finish(db, task, { runId, outcome, place, isRange: range !== null, now: options.now() })
    return outcome
  } finally {
    clearInterval(renewal)
    await endRecording(db, counts)
    await db
      .updateTable('source_tasks')
      .set({ holder: null, held_until: null })
      .where('holder', '=', place.holder)
      .execute()
      // It is free by itself soon.
      .catch(() => {})
  }
}

type Walk = HarvestOptions & {
  range: TaskRun<unknown>['range']
  counts: RunCounts
  /** Null: nothing is stored. */
  stored: { runId: number; place: Place } | null
}
type Walked = RunOutcome & { nextAt?: Date | null }

async function walk(db: Kysely<Database>, source: Source, task: SourceTask, walk: Walk): Promise<Walked> {
  const { range, stored, counts, now, signal, wait = pause } = walk
  let failures = 0
  for (;;) {
    const before = counts.new + counts.updated + counts.unchanged
    const walked = await walkOnce(db, source, task, walk)
    if (walked.outcome !== 'failed' || range === null || stored === null) return walked
    const after = counts.new + counts.updated + counts.unchanged
    failures = after > before ? 1 : failures + 1
    // What has come far is not given up for a service that is busy for a while; what never began is, at once.
    const isPatient = after > 0 || (walked.nextAt ?? null) !== null
    if (!isPatient || failures > PATIENT_FAILURES) return walked
    const askedMs = (walked.nextAt?.getTime() ?? 0) - now().getTime()
    walk.onWait?.(walked.reason)
    try {
      await wait(askedMs > 0 ? askedMs : backoffMs(failures), signal)
    } catch (error) {
      if (signal.aborted) return { outcome: 'stopped', counts }
      throw error
    }
  }
}

async function walkOnce(db: Kysely<Database>, source: Source, task: SourceTask, walk: Walk): Promise<Walked> {
  const { client, urls, keys, contact, now, signal, range, counts, stored } = walk
  const state = await db
    .selectFrom('source_tasks')
    .select('cursor')
    .where('source_id', '=', source.id)
    .where('task', '=', placeName(task, range))
    .executeTakeFirst()
  const pages = task.harvest({
    settings: source.settings,
    cursor: stored === null ? null : (state?.cursor ?? null),
    range,
    client,
    urls,
    keys,
    contact,
    db,
    trusted: source.trusted,
    known: (identifiers) => knownIdentifiers(db, identifiers),
    calendar: await readArxivHolidays(db),
    now,
    signal,
  })
  try {
    for (;;) {
      const next = await pages.next()
      if (next.done) return { outcome: 'whole', counts, nextAt: next.value?.nextAt ?? null }
      await takePage(db, source, next.value, walk)
      signal.throwIfAborted()
    }
  } catch (error) {
    if (signal.aborted) return { outcome: 'stopped', counts }
    if (error instanceof ServiceAway || error instanceof SourceTrouble)
      return { outcome: 'failed', counts, reason: error.message, nextAt: error.retryAt }
    if (isConnectionLost(error)) throw error
    // A fault of ours with one source must hold up no other, and is tried again as rarely as one of theirs.
    return { outcome: 'failed', counts, reason: 'this program failed over what it answered', error }
  } finally {
    await pages.return(undefined)
  }
}

async function takePage(
  db: Kysely<Database>,
  source: Source,
  page: HarvestPage,
  { counts, stored, timeZone, now, signal, onProgress, onQuarantined }: Walk,
): Promise<void> {
  async function store(
    { statements: all, refused, passedOver, isLast }: Batch,
    { runId, place }: NonNullable<Walk['stored']>,
  ) {
    return inTransaction(db, async (trx) => {
      const statements = page.onlyKnown ? await knownOnly(trx, all) : all
      const papers = statements.map(({ paper }) => paper)
      const outcomes = await recordHarvest(trx, papers, { now: now(), timeZone, run: true })
      const recorded = { new: 0, updated: 0, unchanged: 0 }
      for (const outcome of outcomesByRecord(statements, outcomes)) recorded[outcome]++
      await quarantine(trx, source, refused, { now: now() })
      await trx
        .updateTable('harvest_runs')
        .set({
          new: sql`new + ${recorded.new}::int`,
          updated: sql`updated + ${recorded.updated}::int`,
          unchanged: sql`unchanged + ${recorded.unchanged}::int`,
          passed_over: sql`passed_over + ${passedOver}::int`,
          quarantined: sql`quarantined + ${refused.length}::int`,
        })
        .where('id', '=', runId)
        .execute()
      if (isLast) {
        await page.alongside?.(trx)
        await trx
          .updateTable('source_tasks')
          .set({ cursor: JSON.stringify(page.cursor), ...(recorded.new > 0 && { last_new_at: now() }) })
          .where('holder', '=', place.holder)
          .execute()
      }
      return recorded
    })
  }
  async function write(batch: Batch): Promise<void> {
    const { statements, refused, passedOver } = batch
    const recorded = stored === null ? await wouldBe(db, statements) : await store(batch, stored)
    counts.new += recorded.new
    counts.updated += recorded.updated
    counts.unchanged += recorded.unchanged
    counts.passedOver += passedOver
    counts.quarantined += refused.length
    for (const { position, reason } of refused) onQuarantined?.({ position, reason })
    onProgress?.(counts, page.total ?? null)
  }
  await writeInBatches(page.outcomes, { write, isWanted: (paper) => hasWords(paper, source), signal })
}

/** Statements whose first identifier leads to a paper here; it cannot be removed before the transaction ends. */
async function knownOnly(trx: Transaction<Database>, statements: Statement[]): Promise<Statement[]> {
  await lockUntilCommit(trx, 'recording')
  const known = await knownIdentifiers(
    trx,
    statements.map(({ paper }) => paper.identifiers[0]),
  )
  return statements.filter(({ paper: { identifiers } }) =>
    known.has(`${identifiers[0].scheme} ${identifiers[0].value}`),
  )
}

/** What recording papers would do, as far as their identifiers tell. */
async function wouldBe(db: Kysely<Database>, statements: Statement[]) {
  const papers = statements.filter(({ continues }) => !continues).map(({ paper }) => paper)
  const known = await knownIdentifiers(
    db,
    papers.flatMap(({ identifiers }) => identifiers),
  )
  const isKnown = (paper: Statement['paper']) =>
    paper.identifiers.some(({ scheme, value }) => known.has(`${scheme} ${value}`))
  const updated = papers.filter(isKnown).length
  return { new: papers.length - updated, updated, unchanged: 0 }
}

async function knownIdentifiers(db: Kysely<Database>, identifiers: PaperIdentifier[]): Promise<Set<string>> {
  if (identifiers.length === 0) return new Set()
  const { rows } = await sql<{ name: string }>`
    select scheme || ' ' || value as name from paper_identifiers
    where (scheme, value) in (select * from unnest(${identifiers.map((one) => one.scheme)}::text[], ${identifiers.map((one) => one.value)}::text[]))
  `.execute(db)
  return new Set(rows.map(({ name }) => name))
}

/** Keeps records that could not be read; one that comes again, in the same batch or later, is counted. */
async function quarantine(
  trx: Transaction<Database>,
  source: Source,
  refused: Refused[],
  { now }: { now: Date },
): Promise<void> {
  if (refused.length === 0) return
  const rows = refused.map(({ position, reason, record = '' }, number) => {
    const digest = createHash('sha256')
      .update(record === '' ? `${position} ${reason}` : record)
      .digest('hex')
    return {
      number,
      digest,
      position: storable(position),
      record: storable(record.slice(0, LONGEST_RECORD)),
      reason: storable(reason),
    }
  })
  await sql`
    insert into quarantined_records (source_id, digest, position, record, reason, first_at, last_at, times)
    select distinct on (digest) ${source.id}::bigint, digest, position, record, reason, ${now}::timestamptz, ${now}::timestamptz,
      count(*) over (partition by digest)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(number int, digest text, position text, record text, reason text)
    order by digest, number desc
    on conflict (source_id, digest) do update set position = excluded.position, reason = excluded.reason,
      last_at = excluded.last_at, times = quarantined_records.times + excluded.times`.execute(trx)
}

/** A text that PostgreSQL takes. */
function storable(text: string): string {
  return text.replaceAll('\0', '�').toWellFormed()
}

// --- Whose run it is ---

/** Where a run keeps how far it has come, and as whom it holds that. */
type Place = { sourceId: number; task: string; holder: string }

function placeName({ name }: SourceTask, range: TaskRun<unknown>['range']): string {
  return range === null
    ? name
    : `${name} ${range.from}..${range.to}${range.set === null ? '' : ` ${range.set}`}`
}

/** A range has its place from its first run until one is whole; it is never due. */
async function openPlace(db: Kysely<Database>, { sourceId, task }: Place): Promise<void> {
  await sql`
    insert into source_tasks (source_id, task, next_at) values (${sourceId}, ${task}, 'infinity')
    on conflict do nothing`.execute(db)
}

async function hold(db: Kysely<Database>, { sourceId, task, holder }: Place): Promise<boolean> {
  // By the database's clock: those of the machines may differ.
  const { rows } = await sql`
    update source_tasks set holder = ${holder}, held_until = clock_timestamp() + ${HELD_MS}::float8 * interval '1 millisecond'
    where source_id = ${sourceId} and task = ${task}
      and (holder is null or holder = ${holder} or held_until < clock_timestamp())
    returning task`.execute(db)
  return rows.length > 0
}

async function finish(
  db: Kysely<Database>,
  task: SourceTask,
  {
    runId,
    outcome,
    place: { holder },
    isRange,
    now,
  }: { runId: number; outcome: Walked; place: Place; isRange: boolean; now: Date },
): Promise<void> {
  const reason = outcome.outcome === 'failed' ? outcome.reason : null
  await db
    .updateTable('harvest_runs')
    .set({ finished_at: now, outcome: outcome.outcome, reason })
    .where('id', '=', runId)
    .execute()
  if (outcome.outcome === 'stopped') return
  const isWhole = outcome.outcome === 'whole'
  if (isRange) {
    if (isWhole) await db.deleteFrom('source_tasks').where('holder', '=', holder).execute()
    return
  }
  const row = await db
    .updateTable('source_tasks')
    .set({
      failures: isWhole ? 0 : sql`failures + 1`,
      trouble: reason,
      ...(isWhole && { last_whole_at: now }),
    })
    .where('holder', '=', holder)
    .returning('failures')
    .executeTakeFirst()
  if (!row) return
  const asked = outcome.nextAt ?? null
  const again = new Date(now.getTime() + backoffMs(row.failures))
  // Never before the source wants it; for the rest, as soon as there is a reason.
  const nextAt = isWhole
    ? earliest(nextDue(task.schedule, { now }), asked)
    : asked !== null && asked > again
      ? asked
      : again
  await db.updateTable('source_tasks').set({ next_at: nextAt }).where('holder', '=', holder).execute()
}

function earliest(a: Date, b: Date | null): Date {
  return b !== null && b < a ? b : a
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return setTimeout(milliseconds, undefined, { signal })
}
