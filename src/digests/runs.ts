import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import { notify } from '../db/channels.ts'
import { INSTANT, PAPER_NUMBER, readCursor } from '../db/cursor.ts'
import type { Database } from '../db/schema.ts'
import type { Every } from './issue.ts'
import { IS_ON } from './is-on.ts'

/** All issues of one period, and what became of them. */
export type Run = {
  id: number
  every: Every
  /** `2026-11-29`, `2026-W48`, `2026-11`, or `first 2026-11-29`: the first issues of those who subscribed that day. */
  period: string
  begunAt: Date
  finishedAt: Date | null
  pausedAt: Date | null
  /** Why it paused itself; null where a curator paused it. */
  pauseReason: string | null
  resumeAt: Date | null
  counts: RunCounts
}

export type RunCounts = {
  /** All that had something to say. */
  due: number
  /** Not tried yet, or on its way. */
  waiting: number
  sent: number
  /** Put off by the receiving server; tried again. */
  deferred: number
  inDoubt: number
  bounced: number
  complained: number
  unsubscribed: number
  /** Not sent: nothing was new for them. */
  skipped: number
  /** Given up, or too late to be worth sending. */
  failed: number
  /** In the archive. */
  published: number
}

/** When a run began, and its number. */
export type RunCursor = [begunAt: string, id: number]
const CURSOR: z.ZodType<RunCursor> = z.tuple([INSTANT, PAPER_NUMBER])

/** The cursor in an address, or null if it is not one. */
export function parseRunCursor(text: string): RunCursor | null {
  return readCursor(CURSOR, text)
}

/** The newest runs, and what became of their issues: one query, out of an index. `after` is the last of the page before. */
export async function listRuns(
  db: Kysely<Database>,
  { limit, after = null }: { limit: number; after?: RunCursor | null },
): Promise<Run[]> {
  const older =
    after === null ? sql`` : sql`where (begun_at, id) < (${after[0]}::timestamptz, ${after[1]}::bigint)`
  return readRuns(db, sql`${older} order by begun_at desc, id desc limit ${limit}`)
}

/** One run; null where there is none. */
export async function findRun(db: Kysely<Database>, { id }: { id: number }): Promise<Run | null> {
  return (await readRuns(db, sql`where id = ${id}`))[0] ?? null
}

async function readRuns(db: Kysely<Database>, which: ReturnType<typeof sql>): Promise<Run[]> {
  const { rows } = await sql<{
    id: number
    every: Every
    period: string
    begun_at: Date
    finished_at: Date | null
    paused_at: Date | null
    pause_reason: string | null
    resume_at: Date | null
    counts: RunCounts
  }>`
    select r.*, (
      select jsonb_build_object(
        'due', count(*) filter (where state not in ('skipped', 'published')),
        'waiting', count(*) filter (where (state = 'waiting' and attempts = 0) or state = 'sending'),
        'sent', count(*) filter (where state = 'sent'),
        'deferred', count(*) filter (where state = 'waiting' and attempts > 0),
        'inDoubt', count(*) filter (where state = 'in doubt'),
        'bounced', count(*) filter (where state = 'bounced'),
        'complained', count(*) filter (where complained_at is not null),
        'unsubscribed', count(*) filter (where unsubscribed_at is not null),
        'skipped', count(*) filter (where state = 'skipped'),
        'failed', count(*) filter (where state in ('given up', 'expired')),
        'published', count(*) filter (where state = 'published'))
      from digest_issues i where i.run_id = r.id) as counts
    from (select * from digest_runs ${which}) r order by r.begun_at desc, r.id desc`.execute(db)
  return rows.map((row) => ({
    id: row.id,
    every: row.every,
    period: row.period,
    begunAt: row.begun_at,
    finishedAt: row.finished_at,
    pausedAt: row.paused_at,
    pauseReason: row.pause_reason,
    resumeAt: row.resume_at,
    counts: row.counts,
  }))
}

/** Pauses a run: nothing more of it is sent until it is resumed. False where there is none such. */
export async function pauseRun(
  db: Kysely<Database>,
  {
    id,
    reason = null,
    resumeAt = null,
    now,
  }: { id: number; reason?: string | null; resumeAt?: Date | null; now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('digest_runs')
    .set({ paused_at: sql`coalesce(paused_at, ${now})`, pause_reason: reason, resume_at: resumeAt })
    .where('id', '=', id)
    // What a curator paused only a curator resumes.
    .$if(reason !== null, (query) => query.where('paused_at', 'is', null))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Goes on with a run where it stopped. False where there is none such. */
export async function resumeRun(db: Kysely<Database>, { id }: { id: number }): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('digest_runs')
    .set({ paused_at: null, pause_reason: null, resume_at: null })
    .where('id', '=', id)
    .executeTakeFirst()
  await notify(db, 'digests')
  return numUpdatedRows > 0n
}

/** Tries again what paused itself, once its rest is over. */
export async function resumeRested(db: Kysely<Database>, { now }: { now: Date }): Promise<void> {
  await db
    .updateTable('digest_runs')
    .set({ paused_at: null, pause_reason: null, resume_at: null })
    .where('resume_at', '<=', now)
    .execute()
}

/**
 * Notes which runs have finished: everything of them is decided, and nobody is still to become due for their period, in
 * whatever time zone. A run with something in doubt is not finished before a curator has decided.
 */
export async function finishRuns(db: Kysely<Database>, { now }: { now: Date }): Promise<void> {
  await sql`
    update digest_runs r set finished_at = ${now}
    where finished_at is null
      and not exists (select from digest_issues i where i.run_id = r.id and i.state in ('waiting', 'sending', 'in doubt'))
      and not exists (select from subscriptions s join subscribers b on b.id = s.subscriber_id
        where s.next_at is not null and s.every = r.every and s.next_period = r.period
          and ${IS_ON})`.execute(db)
}
