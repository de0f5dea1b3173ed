import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { sql, type Kysely, type Selectable } from 'kysely'
import type { Database } from '../../db/schema.ts'
import { inTransaction } from '../../db/transaction.ts'
import { ServiceAway } from '../../outgoing/client.ts'
import { HELD_MS, MOST_BYTES, TIMEOUT_MS, turnsOf, type Hub, type ReadFeed } from './hub.ts'

type AskRow = Selectable<Database['websub_asks']>

/** A subscriber that does not answer is asked once more, after so long: anyone can have us ask anybody. */
const AGAIN_MS = 60_000
const MOST_ATTEMPTS = 2
/** While a feed cannot be read here, what was asked for waits. */
const FEED_AWAY_MS = 60_000

/**
 * Asks a subscriber whether it wants what was asked for in its name, and begins or ends its subscription where it does
 * (WebSub, 5.3). Whether there was one to ask.
 */
export async function verifyNext(hub: Hub): Promise<boolean> {
  const holder = randomUUID()
  const ask = await hold(hub.db, { holder, now: hub.now() })
  if (!ask) return false
  try {
    await verify(hub, ask)
  } catch (error) {
    await putOff(hub, ask, AGAIN_MS)
    throw error
  } finally {
    await release(hub.db, holder)
  }
  return true
}

async function verify(hub: Hub, ask: AskRow): Promise<void> {
  if (ask.mode === 'denied') return deny(hub, ask, ask.reason ?? '')
  const feed = ask.mode === 'subscribe' ? await hub.readFeed(ask.path, { signal: hub.signal }) : null
  if (feed === 'away') return putOff(hub, ask, FEED_AWAY_MS)
  if (feed === 'none') return deny(hub, ask, 'There is no such feed here.')
  const challenge = randomBytes(24).toString('base64url')
  const answer = await get(hub, ask, {
    'hub.mode': ask.mode,
    'hub.topic': (await hub.origin()) + ask.path,
    'hub.challenge': challenge,
    ...(feed && { 'hub.lease_seconds': String(ask.lease_seconds) }),
  })
  // Stopped on the way: it is asked again.
  if (hub.signal.aborted) return
  if (answer === 'away' && ask.attempts + 1 < MOST_ATTEMPTS)
    return putOff(hub, ask, AGAIN_MS, { counts: true })
  const isMeant = answer !== 'away' && answer.isGood && answer.body === challenge
  await inTransaction(hub.db, async (trx) => {
    const { numDeletedRows } = await trx
      .deleteFrom('websub_asks')
      .where('id', '=', ask.id)
      .where('holder', '=', ask.holder)
      .executeTakeFirst()
    // Something else was asked for meanwhile.
    if (numDeletedRows === 0n || !isMeant) return
    if (feed) await begin(trx, ask, { feed, now: hub.now() })
    else
      await sql`
        delete from websub_subscriptions s using websub_topics t
        where t.id = s.topic_id and t.path = ${ask.path} and s.callback = ${ask.callback}`.execute(trx)
  })
}

/** A subscriber gets what changes from now on; one that is renewed, what it has missed as well. */
async function begin(
  trx: Kysely<Database>,
  ask: AskRow,
  { feed, now }: { feed: ReadFeed; now: Date },
): Promise<void> {
  const { rows } = await sql<{ id: number; version: number }>`
    insert into websub_topics as t (path, type, body, digest, changed_at, next_at)
    values (${ask.path}, ${feed.type}, ${feed.body}, ${digestOf(feed)}, ${now}, ${now})
    on conflict (path) do update set next_at = least(t.next_at, excluded.next_at)
    returning id, version`.execute(trx)
  const topic = rows[0]
  if (!topic) return
  const expiresAt = new Date(now.getTime() + ask.lease_seconds * 1_000)
  const facts = {
    callback_host: ask.callback_host,
    network: ask.network,
    secret: ask.secret,
    expires_at: expiresAt,
  }
  await trx
    .insertInto('websub_subscriptions')
    .values({
      topic_id: topic.id,
      callback: ask.callback,
      ...facts,
      told_version: topic.version,
      due_at: null,
    })
    .onConflict((conflict) =>
      conflict.columns(['topic_id', 'callback']).doUpdateSet({ ...facts, attempts: 0, failure: null }),
    )
    .execute()
}

/** What a feed is known by. */
export function digestOf({ type, body }: ReadFeed): string {
  return createHash('sha256').update(`${type}\n${body}`).digest('base64url')
}

/** Tells a subscriber that it will get nothing (WebSub, 5.2). It need not agree. */
async function deny(hub: Hub, ask: AskRow, reason: string): Promise<void> {
  await get(hub, ask, {
    'hub.mode': 'denied',
    'hub.topic': (await hub.origin()) + ask.path,
    'hub.reason': reason,
  })
  if (hub.signal.aborted) return
  await hub.db.deleteFrom('websub_asks').where('id', '=', ask.id).where('holder', '=', ask.holder).execute()
}

async function get(
  { client, signal }: Hub,
  { callback, callback_host: host }: AskRow,
  query: Record<string, string>,
): Promise<{ isGood: boolean; body: string } | 'away'> {
  // What the address has already is part of it.
  const url = new URL(callback)
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value)
  try {
    const {
      status,
      body,
      url: answered,
    } = await client.request(turnsOf(host), url, {
      headers: { accept: '*/*' },
      timeoutMs: TIMEOUT_MS,
      mostBytes: MOST_BYTES,
      trusted: false,
      signal,
    })
    // A redirect counts as no (WebSub, 5.3.1).
    return { isGood: status >= 200 && status < 300 && answered.href === url.href, body: String(body) }
  } catch (error) {
    if (signal.aborted || error instanceof ServiceAway) return 'away'
    throw error
  }
}

async function putOff(
  { db, now }: Hub,
  { id, holder }: AskRow,
  forMs: number,
  { counts = false }: { counts?: boolean } = {},
): Promise<void> {
  await db
    .updateTable('websub_asks')
    .set((eb) => ({
      due_at: new Date(now().getTime() + forMs),
      ...(counts && { attempts: eb('attempts', '+', 1) }),
    }))
    .where('id', '=', id)
    .where('holder', '=', holder)
    .execute()
}

async function hold(
  db: Kysely<Database>,
  { holder, now }: { holder: string; now: Date },
): Promise<AskRow | null> {
  // Whether it is held, by the database's clock: those of the machines may differ.
  const { rows } = await sql<AskRow>`
    update websub_asks set holder = ${holder}, held_until = clock_timestamp() + ${HELD_MS}::float8 * interval '1 millisecond'
    where id = (
      select id from websub_asks where due_at <= ${now} and (holder is null or held_until < clock_timestamp())
      order by due_at, id limit 1 for update skip locked)
    returning *`.execute(db)
  return rows[0] ?? null
}

async function release(db: Kysely<Database>, holder: string): Promise<void> {
  await db
    .updateTable('websub_asks')
    .set({ holder: null, held_until: null })
    .where('holder', '=', holder)
    .execute()
    // It is free by itself soon.
    .catch(() => {})
}
