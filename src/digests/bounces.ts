import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Bounce, KeyedReport } from '../mail/bounces/report.ts'
import type { Severity } from '../mail/status-code.ts'
import type { Logger } from '../runtime/log.ts'
import { issueOfMessageId } from './message-id.ts'

/** What a bounce adds to the score of its subscriber, which halves in 30 days. Each issue counts once. */
const WEIGHTS: Record<Severity, number> = { permanent: 1, unknown: 0.5, temporary: 0.25 }
const HALF_LIFE_SECONDS = 30 * 24 * 3_600
/** At this score mail stops: three issues in a row that found no mailbox, or many that met some other trouble. */
const MOST_SCORE = 2

/** Longer than the folder of bounces is looked back into, and than anybody sends a report again. */
const REPORTS_KEPT_MS = 400 * 24 * 3_600_000

/** What became of a report. */
export type Noted = {
  /**
   * `unknown`: it names no mail of ours, and nothing was changed. `repeated`: it was read before.
   */
  kind: 'bounced' | 'complained' | 'repeated' | 'unknown'
  /** Whether mail to the subscriber stopped because of it. */
  suppressed: boolean
}

const UNKNOWN: Noted = { kind: 'unknown', suppressed: false }

/**
 * Notes what a report says of an issue. It is believed when the Message-ID in it is one that we signed, and only then: no one
 * can make that up who has not had the mail. Whom it names as the recipient does not matter, since readers forward their mail
 * to addresses that we do not know; what bounces there does not arrive, all the same.
 *
 * A report that comes again changes nothing, whichever way and to whichever process it comes.
 */
export async function noteReport(
  db: Kysely<Database>,
  report: KeyedReport,
  { secret, now, log }: { secret: string; now: Date; log?: Logger },
): Promise<Noted> {
  const issueId = issueOfMessageId(report.messageId, { secret })
  if (issueId === null) return UNKNOWN
  const noted = await inTransaction(db, async (trx): Promise<Noted> => {
    const held = await holdIssue(trx, issueId)
    if (held === null) return UNKNOWN
    if (!(await isFirst(trx, { key: `report ${report.key}`, now })))
      return { kind: 'repeated', suppressed: false }
    return report.kind === 'bounce'
      ? noteBounce(trx, report, { ...held, now })
      : noteComplaint(trx, { ...held, now })
  })
  const what = { issue: issueId, reason: report.reason, suppressed: noted.suppressed }
  if (noted.kind === 'bounced') log?.info(what, 'a digest bounced')
  if (noted.kind === 'complained') log?.info(what, 'a digest was called spam')
  return noted
}

/**
 * Counts a refusal in the session with the mail server, as a bounce of this issue: where the server knows at once that there
 * is no such mailbox, it takes no mail that could come back. For when no further attempt at the issue is made. Holds the
 * subscriber, so it comes before `trx` locks the issue (db/locks.ts). Answers whether mail to the subscriber stops.
 */
export async function noteRefusal(
  trx: Transaction<Database>,
  { issueId, subscriberId, kind, now }: { issueId: number; subscriberId: number; kind: Severity; now: Date },
): Promise<boolean> {
  await holdSubscriber(trx, subscriberId)
  return addToScore(trx, { issueId, subscriberId, severity: kind, now })
}

/**
 * Lets mail go again to a subscriber that bounced, once somebody has shown that it arrives, or asks to try again; earlier
 * bounces are forgotten. Answers whether there was anything to lift. What a complaint stopped stays so, unless its reader asks
 * (`which: 'any'`).
 */
export async function liftSuppression(
  db: Kysely<Database>,
  { subscriberId, now, which = 'bounces' }: { subscriberId: number; now: Date; which?: 'bounces' | 'any' },
): Promise<boolean> {
  const lifted = await db
    .updateTable('subscribers')
    .set({ suppressed_at: null, suppressed_for: null, bounce_score: 0, bounced_at: now })
    .where('id', '=', subscriberId)
    .where('suppressed_at', 'is not', null)
    .$if(which === 'bounces', (query) => query.where('suppressed_for', '=', 'bounces'))
    .returning('id')
    .executeTakeFirst()
  return lifted !== undefined
}

/** Forgets reports that were read so long ago that none of them comes again. */
export async function forgetReports(db: Kysely<Database>, { now }: { now: Date }): Promise<void> {
  await db
    .deleteFrom('mail_reports')
    .where('read_at', '<', new Date(now.getTime() - REPORTS_KEPT_MS))
    .execute()
}

/** An issue, and who got it; the latter are null once its reader has left. */
type Held = { issueId: number; subscriberId: number | null; subscriptionId: number | null }

/**
 * Locks the subscriber and the subscription of an issue, in this order; the issue itself is locked by whatever changes it.
 * null where there is no such issue, or nobody was ever mailed it.
 */
async function holdIssue(trx: Transaction<Database>, issueId: number): Promise<Held | null> {
  const found = await trx
    .selectFrom('digest_issues as issue')
    .leftJoin('subscriptions as subscription', 'subscription.id', 'issue.subscription_id')
    .select(['subscription.subscriber_id', 'subscription.id as subscription_id'])
    .where('issue.id', '=', issueId)
    .where('issue.state', '<>', 'published')
    .executeTakeFirst()
  if (!found) return null
  const { subscriber_id: subscriberId, subscription_id: subscriptionId } = found
  if (subscriberId === null) return { issueId, subscriberId, subscriptionId: null }
  if (!(await holdSubscriber(trx, subscriberId))) return { issueId, subscriberId: null, subscriptionId: null }
  const subscription = await trx
    .selectFrom('subscriptions')
    .select('id')
    .where('id', '=', subscriptionId)
    .forUpdate()
    .executeTakeFirst()
  return { issueId, subscriberId, subscriptionId: subscription?.id ?? null }
}

async function holdSubscriber(trx: Transaction<Database>, subscriberId: number): Promise<boolean> {
  const row = await trx
    .selectFrom('subscribers')
    .select('id')
    .where('id', '=', subscriberId)
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined
}

/** Notes a key, and answers whether it is new. Whoever comes second waits for the first. */
async function isFirst(
  trx: Transaction<Database>,
  { key, now }: { key: string; now: Date },
): Promise<boolean> {
  const row = await trx
    .insertInto('mail_reports')
    .values({ key, read_at: now })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('key')
    .executeTakeFirst()
  return row !== undefined
}

async function noteBounce(
  trx: Transaction<Database>,
  { severity, reason }: Bounce,
  { issueId, subscriberId, now }: Held & { now: Date },
): Promise<Noted> {
  const suppressed =
    subscriberId !== null && (await addToScore(trx, { issueId, subscriberId, severity, now }))
  if (severity === 'permanent')
    await trx
      .updateTable('digest_issues')
      .set({ state: 'bounced', failure: reason })
      .where('id', '=', issueId)
      .where('state', 'in', ['sent', 'in doubt'])
      .execute()
  return { kind: 'bounced', suppressed }
}

/** A reader who calls an issue spam wants no more of it: the subscription ends, and no other mail goes there either. */
async function noteComplaint(
  trx: Transaction<Database>,
  { issueId, subscriberId, subscriptionId, now }: Held & { now: Date },
): Promise<Noted> {
  const suppressed =
    subscriberId !== null &&
    (await trx
      .updateTable('subscribers')
      .set({ suppressed_at: now, suppressed_for: 'complaint' })
      .where('id', '=', subscriberId)
      .where((eb) => eb.or([eb('suppressed_for', 'is', null), eb('suppressed_for', '<>', 'complaint')]))
      .returning('id')
      .executeTakeFirst()) !== undefined
  await trx
    .updateTable('digest_issues')
    .set({ complained_at: now })
    .where('id', '=', issueId)
    .where('complained_at', 'is', null)
    .execute()
  if (subscriptionId !== null)
    await trx.deleteFrom('subscriptions').where('id', '=', subscriptionId).execute()
  return { kind: 'complained', suppressed }
}

/** Adds a bounce to the score of a subscriber who is held, once for each issue. Answers whether mail to them stops by it. */
async function addToScore(
  trx: Transaction<Database>,
  {
    issueId,
    subscriberId,
    severity,
    now,
  }: { issueId: number; subscriberId: number; severity: Severity; now: Date },
): Promise<boolean> {
  if (!(await isFirst(trx, { key: `issue ${issueId}`, now }))) return false
  const { rows } = await sql<{ bounce_score: number }>`
    update subscribers set
      bounce_score = ${WEIGHTS[severity]}::float8 + bounce_score * coalesce(power(0.5::float8,
        greatest(0, extract(epoch from ${now}::timestamptz - bounced_at)::float8) / ${HALF_LIFE_SECONDS}::float8), 1),
      bounced_at = greatest(bounced_at, ${now}::timestamptz)
    where id = ${subscriberId} and email is not null
    returning bounce_score
  `.execute(trx)
  if ((rows[0]?.bounce_score ?? 0) < MOST_SCORE) return false
  const stopped = await trx
    .updateTable('subscribers')
    .set({ suppressed_at: now, suppressed_for: 'bounces' })
    .where('id', '=', subscriberId)
    .where('suppressed_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return stopped !== undefined
}
