import { createHmac } from 'node:crypto'
import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import { notify } from '../db/channels.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EmailAddress } from '../mail/address.ts'
import { liftSuppression } from './bounces.ts'
import type { Every } from './issue.ts'
import { ownListAt } from './mailed-list.ts'
import type { Preferences } from './preferences.ts'
import { nextIssue } from './schedule.ts'

type Row = Selectable<Database['subscriptions']>

/** A list that comes to a reader by mail. */
export type Subscription = {
  id: number
  subscriberId: number
  /** The list's address, as mailed-list.ts writes it. */
  list: string
  preferences: Preferences
  /** null until its reader has confirmed it. */
  confirmedAt: Date | null
  pausedAt: Date | null
  nextAt: Date | null
}

/** Lists that one address can have by mail, and those of them that it has not confirmed. */
const MOST_LISTS = 50
const MOST_UNCONFIRMED = 5
/** Of the whole site in an hour: whoever uses it to fill other people's inboxes gets no further. */
export const MOST_UNANSWERED = 500
/** What nobody confirms is forgotten after so long. */
const CONFIRM_WITHIN_MS = 7 * 24 * 3_600_000
const HOUR = 3_600_000
/** The first issue comes as soon as its reader has confirmed, and belongs to no period. */
export const FIRST = 'first'

export type AskOutcome =
  /** Somebody must confirm it: a mail is to be sent. */
  | { kind: 'to confirm'; subscriptionId: number }
  /** It comes already; nothing was changed. */
  | { kind: 'there'; subscriptionId: number }
  /** Its reader has proven the address elsewhere: it comes from now on. */
  | { kind: 'confirmed'; subscriptionId: number }
  /** No mail may go to the address, or it has too many lists, or the list is a reader's own and nobody has proven to be them. */
  | { kind: 'nothing' }

/**
 * Notes that somebody wants a list at an address. `proven`: they are signed in with that address, so nobody needs to
 * confirm. Otherwise nothing that the address has already is changed, and nothing comes until it is confirmed; a reader's own list
 * cannot be asked for so.
 */
export async function askToSubscribe(
  db: Kysely<Database>,
  {
    email,
    list,
    preferences,
    proven,
    secret,
    now,
  }: {
    email: EmailAddress
    list: string
    preferences: Preferences
    proven: boolean
    secret: string
    now: Date
  },
): Promise<AskOutcome> {
  if (!proven && ownListAt(list) !== null) return { kind: 'nothing' }
  return inTransaction(db, async (trx) => {
    const never = await trx
      .selectFrom('suppressed_addresses')
      .select('hash')
      .where('hash', '=', addressHash(email, secret))
      .executeTakeFirst()
    if (never) {
      if (!proven) return { kind: 'nothing' }
      await trx.deleteFrom('suppressed_addresses').where('hash', '=', never.hash).execute()
    }
    await trx
      .insertInto('subscribers')
      .values({ email, created_at: now })
      .onConflict((conflict) => conflict.column('email').doNothing())
      .execute()
    const subscriber = await trx
      .selectFrom('subscribers')
      .select(['id'])
      .where('email', '=', email)
      .forUpdate()
      .executeTakeFirst()
    // Erased this moment.
    if (!subscriber) return { kind: 'nothing' }
    const held = await trx
      .selectFrom('subscriptions')
      .select(['id', 'list', 'confirmed_at'])
      .where('subscriber_id', '=', subscriber.id)
      .execute()
    const existing = held.find((one) => one.list === list)
    if (existing?.confirmed_at) return { kind: 'there', subscriptionId: existing.id }
    const unconfirmed = held.filter((one) => one.confirmed_at === null)
    if (!existing && held.length >= MOST_LISTS) return { kind: 'nothing' }
    // Nobody keeps another from subscribing by asking for many lists at their address: the oldest gives way.
    const [oldest] = unconfirmed.toSorted((a, b) => a.id - b.id)
    if (!existing && !proven && oldest && unconfirmed.length >= MOST_UNCONFIRMED)
      await trx.deleteFrom('subscriptions').where('id', '=', oldest.id).execute()
    const { id } = await trx
      .insertInto('subscriptions')
      .values({ subscriber_id: subscriber.id, list, created_at: now, ...columnsOf(preferences) })
      .onConflict((conflict) =>
        conflict
          .columns(['subscriber_id', 'list'])
          .doUpdateSet({ created_at: now, ...columnsOf(preferences) }),
      )
      .returning('id')
      .executeTakeFirstOrThrow()
    if (!proven) return { kind: 'to confirm', subscriptionId: id }
    await begin(trx, { id, now })
    return { kind: 'confirmed', subscriptionId: id }
  })
}

/** How many lists were asked for in the last hour and nobody has confirmed yet. */
export async function unansweredInLastHour(db: Kysely<Database>, { now }: { now: Date }): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from subscriptions
    where confirmed_at is null and created_at > ${new Date(now.getTime() - HOUR)}`.execute(db)
  return rows[0]?.n ?? 0
}

/**
 * Confirms a subscription: its first issue is due at once. `fresh`: it was not confirmed before. null where there is no such
 * subscription any more.
 */
export async function confirmSubscription(
  db: Kysely<Database>,
  { id, now }: { id: number; now: Date },
): Promise<{ fresh: boolean; subscription: Subscription } | null> {
  return inTransaction(db, async (trx) => {
    const found = await holdSubscription(trx, { id })
    if (!found || isForgotten(found, now)) return null
    const fresh = found.confirmed_at === null
    if (fresh) {
      await begin(trx, { id, now })
      // Whoever reads mail there again may get it.
      await liftSuppression(trx, { subscriberId: found.subscriber_id, now, which: 'any' })
    }
    return { fresh, subscription: toSubscription(found) }
  })
}

async function begin(trx: Transaction<Database>, { id, now }: { id: number; now: Date }): Promise<void> {
  await trx
    .updateTable('subscriptions')
    .set({ confirmed_at: now, next_at: now, next_period: FIRST })
    .where('id', '=', id)
    .execute()
  await notify(trx, 'digests')
}

function isForgotten({ confirmed_at, created_at }: Row, now: Date): boolean {
  return confirmed_at === null && created_at.getTime() < now.getTime() - CONFIRM_WITHIN_MS
}

/** Holds the subscriber of a subscription, then it; undefined where it is gone. */
export async function holdSubscription(
  trx: Transaction<Database>,
  { id }: { id: number },
): Promise<Row | undefined> {
  await sql`select from subscribers where id = (select subscriber_id from subscriptions where id = ${id}) for update`.execute(
    trx,
  )
  return trx.selectFrom('subscriptions').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

/** A subscription, confirmed or not; null where there is none. */
export async function findSubscription(
  db: Kysely<Database>,
  { id, now }: { id: number; now: Date },
): Promise<Subscription | null> {
  const row = await db.selectFrom('subscriptions').selectAll().where('id', '=', id).executeTakeFirst()
  return row && !isForgotten(row, now) ? toSubscription(row) : null
}

/**
 * Ends a subscription, whether or not it was confirmed, and what of it is still to be sent; other lists of its reader stay.
 * With the last of them their address is forgotten. Ending what has ended changes nothing.
 */
export async function endSubscription(
  db: Kysely<Database>,
  { id, now }: { id: number; now: Date },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const found = await holdSubscription(trx, { id })
    if (!found) return
    await sql`
      update digest_issues set state = 'given up', due_again_at = null, content = null
      where subscription_id = ${id} and state = 'waiting'`.execute(trx)
    await sql`
      update digest_issues set unsubscribed_at = ${now} where id = (
        select id from digest_issues where subscription_id = ${id} and state <> 'skipped' order by id desc limit 1)`.execute(
      trx,
    )
    // What its issues said tells what somebody read.
    await sql`update digest_issues set content = null where subscription_id = ${id} and content is not null`.execute(
      trx,
    )
    await trx.deleteFrom('subscriptions').where('id', '=', id).execute()
    await sql`
      delete from subscribers s where s.id = ${found.subscriber_id}
        and not exists (select from subscriptions where subscriber_id = s.id)`.execute(trx)
  })
}

/** Changes how a list comes to its reader; when its next issue is due is reckoned anew. False where there is none such. */
export async function changeSubscription(
  db: Kysely<Database>,
  {
    id,
    subscriberId,
    preferences,
    now,
  }: { id: number; subscriberId: number; preferences: Preferences; now: Date },
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const found = await holdSubscription(trx, { id })
    if (found?.subscriber_id !== subscriberId) return false
    const isOn = found.confirmed_at !== null && found.paused_at === null
    // One that is due already, such as the first, is not put off.
    const isDue = found.next_at !== null && found.next_at <= now
    const next = isOn && !isDue ? await nextUnused(trx, { id, preferences, after: now }) : null
    await trx
      .updateTable('subscriptions')
      .set({ ...columnsOf(preferences), ...(next && { next_at: next.at, next_period: next.period }) })
      .where('id', '=', id)
      .execute()
    return true
  })
}

/** The next issue after an instant whose period had none: another hour or time zone may bring one again. */
async function nextUnused(
  trx: Transaction<Database>,
  { id, preferences, after }: { id: number; preferences: Preferences; after: Date },
): Promise<{ at: Date; period: string }> {
  const had = await trx
    .selectFrom('digest_issues')
    .select('period')
    .where('subscription_id', '=', id)
    .orderBy('id', 'desc')
    .limit(10)
    .execute()
  for (let next = nextIssue(preferences, after); ; next = nextIssue(preferences, next.at))
    if (!had.some(({ period }) => period === next.period)) return next
}

/** Pauses one list, or takes it up again with the next issue. False where there is none such. */
export async function pauseSubscription(
  db: Kysely<Database>,
  { id, subscriberId, paused, now }: { id: number; subscriberId: number; paused: boolean; now: Date },
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const found = await holdSubscription(trx, { id })
    if (found?.subscriber_id !== subscriberId) return false
    if ((found.paused_at !== null) === paused) return true
    const { preferences } = toSubscription(found)
    const next =
      paused || found.confirmed_at === null ? null : await nextUnused(trx, { id, preferences, after: now })
    await trx
      .updateTable('subscriptions')
      .set({
        paused_at: paused ? now : null,
        next_at: next?.at ?? null,
        next_period: next?.period ?? null,
        // What came while it was paused is past.
        ...(paused ? {} : { looked_at: now }),
      })
      .where('id', '=', id)
      .execute()
    if (paused)
      await sql`update digest_issues set state = 'given up', due_again_at = null, content = null
        where subscription_id = ${id} and state = 'waiting'`.execute(trx)
    return true
  })
}

/** Somebody who gets mail by subscription, as their own page shows them. */
export type Subscriber = {
  id: number
  email: string
  pausedAt: Date | null
  suppressedFor: 'bounces' | 'complaint' | null
  createdAt: Date
  subscriptions: Subscription[]
}

/** A subscriber with what comes to them: by number, or by the address that they have proven. null where there is none. */
export async function findSubscriber(
  db: Kysely<Database>,
  by: { id: number } | { email: string },
): Promise<Subscriber | null> {
  const row = await db
    .selectFrom('subscribers')
    .selectAll()
    .where((eb) => ('id' in by ? eb('id', '=', by.id) : eb('email', '=', by.email)))
    .executeTakeFirst()
  if (!row || row.email === null) return null
  const subscriptions = await db
    .selectFrom('subscriptions')
    .selectAll()
    .where('subscriber_id', '=', row.id)
    .orderBy('id')
    .execute()
  return {
    id: row.id,
    email: row.email,
    pausedAt: row.paused_at,
    suppressedFor: row.suppressed_for,
    createdAt: row.created_at,
    subscriptions: subscriptions.map(toSubscription),
  }
}

/** Pauses all mail of a subscriber, or takes it up again: then each list goes on with its next issue. */
export async function pauseSubscriber(
  db: Kysely<Database>,
  { id, paused, now }: { id: number; paused: boolean; now: Date },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const held = await trx
      .selectFrom('subscribers')
      .select('paused_at')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    // Whoever wants mail again wants it whatever stopped it.
    const isLifted = !paused && (await liftSuppression(trx, { subscriberId: id, now, which: 'any' }))
    if (!held || ((held.paused_at !== null) === paused && !isLifted)) return
    await trx
      .updateTable('subscribers')
      .set({ paused_at: paused ? now : null })
      .where('id', '=', id)
      .execute()
    if (paused) {
      await sql`update digest_issues set state = 'given up', due_again_at = null, content = null
        where state = 'waiting' and subscription_id in (select id from subscriptions where subscriber_id = ${id})`.execute(
        trx,
      )
      await sql`update subscriptions set next_at = null, next_period = null where subscriber_id = ${id}`.execute(
        trx,
      )
      return
    }
    const rows = await trx
      .selectFrom('subscriptions')
      .selectAll()
      .where('subscriber_id', '=', id)
      .where('confirmed_at', 'is not', null)
      .where('paused_at', 'is', null)
      .orderBy('id')
      .execute()
    for (const row of rows) {
      const next = await nextUnused(trx, {
        id: row.id,
        preferences: toSubscription(row).preferences,
        after: now,
      })
      await trx
        .updateTable('subscriptions')
        .set({ next_at: next.at, next_period: next.period, looked_at: now })
        .where('id', '=', row.id)
        .execute()
    }
  })
}

/** Forgets what nobody has confirmed within a week, and the addresses that then get nothing. Answers how many lists. */
export async function forgetUnconfirmed(db: Kysely<Database>, { now }: { now: Date }): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select id from subscriptions where confirmed_at is null
      and created_at < ${new Date(now.getTime() - CONFIRM_WITHIN_MS)} order by id limit 1000`.execute(db)
  // One by one: each holds its subscriber first, as everybody does.
  for (const { id } of rows) await endSubscription(db, { id, now })
  return rows.length
}

/** A keyed hash by which an address is known that asked never to be written to. */
export function addressHash(email: EmailAddress, secret: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['never mail', email]))
    .digest('base64url')
}

function columnsOf({ every, hour, timeZone, weekdays, length, notAbout }: Preferences) {
  return { every, hour, time_zone: timeZone, weekdays, length, not_about: notAbout }
}

export function toSubscription(row: Row): Subscription {
  return {
    id: row.id,
    subscriberId: row.subscriber_id,
    list: row.list,
    preferences: {
      every: row.every,
      hour: row.hour,
      timeZone: row.time_zone,
      weekdays: row.weekdays,
      length: row.length,
      notAbout: row.not_about,
    },
    confirmedAt: row.confirmed_at,
    pausedAt: row.paused_at,
    nextAt: row.next_at,
  }
}

/** `every day`, `every week`, `every month`. */
export function inWords(every: Every): string {
  return `every ${every}`
}
