import { createHmac, randomUUID } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'
import { ServiceAway } from '../../outgoing/client.ts'
import { HELD_MS, MOST_BYTES, TIMEOUT_MS, turnsOf, type Hub } from './hub.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** How long to wait after each failure in a row; after one more, the subscription ends: within a day. */
const WAITS_MS = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR]
/** No subscriber puts us off for longer. */
const LONGEST_WAIT_MS = 12 * HOUR

/** A subscription that is due, with the feed as it is to be sent. */
type Due = {
  id: number
  holder: string
  callback: string
  callback_host: string
  secret: string | null
  attempts: number
  path: string
  type: string
  body: string
  version: number
}

/**
 * Sends a feed to a subscriber that is due (WebSub, 7). Whether there was one. What is sent is written down after it was
 * taken: a process that is killed in between leaves it to be sent again, and subscribers know entries by their ids.
 */
export async function distributeNext(hub: Hub): Promise<boolean> {
  const { db, now, signal } = hub
  const due = await hold(db, { holder: randomUUID(), now: now() })
  if (!due) return false
  const sent = await send(hub, due).catch(async (error: unknown) => {
    await settle(db, due, { reason: 'it could not be sent', retryAt: null, gone: false }, { now: now() })
    throw error
  })
  // Stopped on the way: it is sent again.
  if (sent !== 'taken' && signal.aborted) await release(db, due)
  else await settle(db, due, sent, { now: now() })
  return true
}

type Sent = 'taken' | { reason: string; retryAt: Date | null; gone: boolean }

async function send({ client, origin, signal }: Hub, due: Due): Promise<Sent> {
  const site = await origin()
  const { callback, callback_host: host, secret, path, type, body } = due
  try {
    const { status } = await client.request(turnsOf(host), new URL(callback), {
      headers: {
        'content-type': type,
        link: `<${site}/websub>; rel="hub", <${site}${path}>; rel="self"`,
        ...(secret !== null && { 'x-hub-signature': signatureOf(body, secret) }),
      },
      body,
      timeoutMs: TIMEOUT_MS,
      mostBytes: MOST_BYTES,
      trusted: false,
      signal,
    })
    if (status >= 200 && status < 300) return 'taken'
    return { reason: `${host} answered with status ${status}`, retryAt: null, gone: status === 410 }
  } catch (error) {
    if (!signal.aborted && !(error instanceof ServiceAway)) throw error
    const retryAt = error instanceof ServiceAway ? error.retryAt : null
    return { reason: error instanceof Error ? error.message : String(error), retryAt, gone: false }
  }
}

/** By which the subscriber knows that it comes from here (WebSub, 8). */
function signatureOf(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

async function settle(db: Kysely<Database>, due: Due, sent: Sent, { now }: { now: Date }): Promise<void> {
  const { id, holder, version } = due
  if (sent === 'taken') {
    await sql`
      update websub_subscriptions s set told_version = ${version}, attempts = 0, failure = null, holder = null, held_until = null,
        due_at = case when t.version > ${version} then ${now}::timestamptz end
      from websub_topics t where t.id = s.topic_id and s.id = ${id} and s.holder = ${holder}`.execute(db)
    return
  }
  const wait = WAITS_MS[due.attempts]
  if (sent.gone || wait === undefined) {
    await db.deleteFrom('websub_subscriptions').where('id', '=', id).where('holder', '=', holder).execute()
    return
  }
  const asked = Math.min(LONGEST_WAIT_MS, (sent.retryAt?.getTime() ?? 0) - now.getTime())
  await db
    .updateTable('websub_subscriptions')
    .set({
      attempts: due.attempts + 1,
      failure: sent.reason,
      due_at: new Date(now.getTime() + Math.max(wait, asked)),
      holder: null,
      held_until: null,
    })
    .where('id', '=', id)
    .where('holder', '=', holder)
    .execute()
}

async function release(db: Kysely<Database>, { holder }: Due): Promise<void> {
  await db
    .updateTable('websub_subscriptions')
    .set({ holder: null, held_until: null })
    .where('holder', '=', holder)
    .execute()
    // It is free by itself soon.
    .catch(() => {})
}

async function hold(
  db: Kysely<Database>,
  { holder, now }: { holder: string; now: Date },
): Promise<Due | null> {
  const { rows } = await sql<Due>`
    update websub_subscriptions s
    set holder = ${holder}, held_until = clock_timestamp() + ${HELD_MS}::float8 * interval '1 millisecond'
    from websub_topics t
    where t.id = s.topic_id and s.id = (
      select id from websub_subscriptions
      where due_at <= ${now} and expires_at > ${now} and (holder is null or held_until < clock_timestamp())
      order by due_at, id limit 1 for update skip locked)
    returning s.id, s.holder, s.callback, s.callback_host, s.secret, s.attempts, t.path, t.type, t.body, t.version`.execute(
    db,
  )
  return rows[0] ?? null
}
