import { randomUUID } from 'node:crypto'
import { sql, type Kysely, type Selectable } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { ServiceAway, type OutgoingClient } from '../outgoing/client.ts'
import { papersByIds } from '../papers/find.ts'
import { SearchAway } from '../search/engine-client.ts'
import type { SearchRoom } from '../search/search.ts'
import { headingOf, toldPaper, type Message } from './message.ts'
import { newsFor, type News } from './news.ts'
import { writeMessage } from './shapes.ts'
import { signatureHeaders } from './sign.ts'
import { parseListAddress, titleOf, type FollowedList } from '../lists/followed-list.ts'
import { newMessageId, nextLook, rememberPapers } from './webhooks.ts'

type WebhookRow = Selectable<Database['webhooks']>
type DeliveryRow = Selectable<Database['webhook_deliveries']>

export type Telling = {
  room: SearchRoom
  client: OutgoingClient
  site: { name: string; origin: () => string | Promise<string> }
  now: () => Date
  signal: AbortSignal
  /** What is unchanged since this process last looked is not read again. */
  looks?: Looks
}

/** What a process saw when it last looked at a webhook's list. */
type Looks = {
  /** How often it heard that papers were recorded, hidden or merged. */
  changes: () => number
  /** By the webhook's number. */
  seen: Map<number, { mark: string; at: number }>
}

/** A webhook that is held is another's to hold after so long: whoever held it has died. Nothing in between takes longer. */
const HELD_MS = 120_000
/** Webhooks looked after at once: one that answers slowly holds up no other. */
const AT_ONCE = 4
/** Receivers have so long to answer. */
const TIMEOUT_MS = 20_000
/** No receiver has more to say. */
const MOST_BYTES = 200_000
const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** How long to wait after each failure; after one more, the webhook is paused: a day and a half in all. */
const FIRST_WAIT_MS = MINUTE
const WAITS_MS = [FIRST_WAIT_MS, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 4 * HOUR, 8 * HOUR, 10 * HOUR, 12 * HOUR]
/** A list that seems unchanged is read again after so long all the same: a notice may have been missed. */
const UNSEEN_MS = 5 * MINUTE
/** No receiver puts us off for longer. */
const LONGEST_WAIT_MS = 24 * HOUR
/** After something was told as it came, so long passes before more is: people read in peace. */
const REST_MS = 10 * MINUTE
/** What was delivered is remembered for so long, to be looked up. */
const REMEMBERED_MS = 30 * 24 * HOUR

/**
 * Looks after the webhooks that are due: sends what waits, and otherwise looks whether there is something to tell. Any number
 * of processes may do it at once. What there is to tell is written down, with the papers that are then known, before it is
 * sent: a process that is killed in between leaves a message that is sent later, perhaps a second time, with the same id.
 */
export async function tellWebhooks(telling: Telling): Promise<{ told: number; failed: number }> {
  const outcome = { told: 0, failed: 0 }
  const errors: unknown[] = []
  async function work(): Promise<void> {
    while (!telling.signal.aborted) {
      const holder = randomUUID()
      const webhook = await hold(telling.room.db, { holder, now: telling.now() })
      if (!webhook) return
      try {
        const result = await lookAfter(telling, webhook)
        if (result !== null) outcome[result] += 1
      } catch (error) {
        // It must not keep the others from their turn.
        errors.push(error)
        await putOff(telling.room.db, webhook, { now: telling.now() })
      } finally {
        await release(telling.room.db, { holder })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  if (errors.length > 0) throw errors[0]
  return outcome
}

/** Something went wrong with a webhook that nobody foresaw. */
async function putOff(db: Kysely<Database>, { id }: WebhookRow, { now }: { now: Date }): Promise<void> {
  const later = new Date(now.getTime() + FIRST_WAIT_MS)
  await db.updateTable('webhooks').set({ next_at: later }).where('id', '=', id).execute()
  await db
    .updateTable('webhook_deliveries')
    .set({ due_at: later })
    .where('webhook_id', '=', id)
    .where('due_at', '<=', now)
    .execute()
}

/** Removes what is no longer worth looking up. */
export async function forgetDeliveries(db: Kysely<Database>, { now }: { now: Date }): Promise<void> {
  await db
    .deleteFrom('webhook_deliveries')
    .where('due_at', 'is', null)
    .where('queued_at', '<', new Date(now.getTime() - REMEMBERED_MS))
    .execute()
}

/**
 * Sends a test message, once, even while the webhook is paused. Answers null when it was taken, or in a few words why it was
 * not; undefined where there is no such webhook.
 */
export async function sendTest(telling: Telling, id: number): Promise<string | null | undefined> {
  const { db } = telling.room
  const webhook = await db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst()
  if (!webhook) return undefined
  const delivery = await db
    .insertInto('webhook_deliveries')
    .values({
      webhook_id: id,
      message_id: newMessageId(),
      kind: 'test',
      edition: null,
      papers: '[]',
      total: 0,
      queued_at: telling.now(),
      due_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const sent = await send(telling, webhook, delivery)
  await settle(db, webhook, delivery, { sent, now: telling.now() })
  return sent.ok ? null : sent.reason
}

/** Takes a webhook that is due and that nobody holds: one whose message is tried again, or that has told all it had to. */
async function hold(
  db: Kysely<Database>,
  { holder, now }: { holder: string; now: Date },
): Promise<WebhookRow | null> {
  // Whether it is held, by the database's clock: those of the machines may differ.
  const { rows } = await sql<WebhookRow>`
    update webhooks set holder = ${holder}, held_until = clock_timestamp() + ${HELD_MS}::float8 * interval '1 millisecond'
    where id = (
      select id from webhooks w
      where w.paused_at is null and (w.holder is null or w.held_until < clock_timestamp())
        and coalesce((select d.due_at from webhook_deliveries d where d.webhook_id = w.id and d.due_at is not null
          order by d.id limit 1), w.next_at) <= ${now}
      order by w.next_at, w.id limit 1 for update skip locked)
    returning *`.execute(db)
  return rows[0] ?? null
}

async function release(db: Kysely<Database>, { holder }: { holder: string }): Promise<void> {
  await db
    .updateTable('webhooks')
    .set({ holder: null, held_until: null })
    .where('holder', '=', holder)
    .execute()
    // It is free by itself soon.
    .catch(() => {})
}

async function lookAfter(telling: Telling, webhook: WebhookRow): Promise<'told' | 'failed' | null> {
  const { db } = telling.room
  const next = await db
    .selectFrom('webhook_deliveries')
    .selectAll()
    .where('webhook_id', '=', webhook.id)
    .where('due_at', '<=', telling.now())
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  const delivery = next ?? (await queueNews(telling, webhook))
  if (delivery === null) return null
  const sent = await send(telling, webhook, delivery)
  // Stopped on the way: it is sent again.
  if (!sent.ok && telling.signal.aborted) return null
  await settle(db, webhook, delivery, { sent, now: telling.now() })
  return sent.ok ? 'told' : 'failed'
}

/** Writes down what a webhook has to tell, together with what it then knows. */
async function queueNews({ room, now, looks }: Telling, webhook: WebhookRow): Promise<DeliveryRow | null> {
  const { db, timeZone } = room
  const at = now()
  const list = parseListAddress(webhook.list, '')?.list
  let isAway = false
  const whileAway = (error: unknown): null => {
    // While there is no index, there is nothing to tell.
    if (!(error instanceof SearchAway)) throw error
    isAway = true
    return null
  }
  const mark = list && looks ? await markOf(room, list, looks).catch(whileAway) : null
  const last = looks?.seen.get(webhook.id)
  const isUnchanged = mark !== null && last?.mark === mark && Math.abs(at.getTime() - last.at) < UNSEEN_MS
  const news =
    list && !isUnchanged
      ? await newsFor(
          room,
          {
            id: webhook.id,
            list,
            createdAt: webhook.created_at,
            toldEdition: webhook.told_edition,
            leastHeat: webhook.least_heat,
            most: webhook.most,
          },
          { now: at },
        ).catch(whileAway)
      : null
  const nextAt = nextLook(webhook.at_hour, { now: at, timeZone })
  if (mark !== null && news === null && !isUnchanged && !isAway)
    looks?.seen.set(webhook.id, { mark, at: at.getTime() })
  return inTransaction(db, async (trx) => {
    const isTold = news !== null
    const rest = new Date(at.getTime() + REST_MS)
    const held = await trx
      .updateTable('webhooks')
      .set({
        next_at: isTold && webhook.at_hour === null ? rest : nextAt,
        ...(isTold && news.kind === 'edition' && { told_edition: news.edition }),
      })
      .where('id', '=', webhook.id)
      .where('holder', '=', webhook.holder)
      .returning('id')
      .executeTakeFirst()
    if (!held || !isTold) return null
    const papers = await toTell(trx, webhook, news)
    if (papers.length === 0) return null
    return trx
      .insertInto('webhook_deliveries')
      .values({
        webhook_id: webhook.id,
        message_id: newMessageId(),
        kind: news.kind,
        edition: news.kind === 'edition' ? news.edition : null,
        papers: JSON.stringify(papers.slice(0, webhook.most)),
        total: news.kind === 'edition' ? news.total : papers.length,
        queued_at: at,
        due_at: at,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
  })
}

/** Stands for all that a list by date is made of; null for lists that change by time or votes too. */
async function markOf({ index }: SearchRoom, list: FollowedList, { changes }: Looks): Promise<string | null> {
  if (list.kind === 'search') return `${changes()} ${(await index.status()).through}`
  return list.kind === 'papers' ? String(changes()) : null
}

async function toTell(db: Kysely<Database>, webhook: WebhookRow, news: News): Promise<number[]> {
  if (news.kind === 'edition') return news.papers
  const fresh = await rememberPapers(db, { webhookId: webhook.id, paperIds: news.papers })
  return news.papers.filter((id) => fresh.has(id))
}

type Sent =
  | { ok: true }
  /** `retryAt`: when the receiver wants to be asked again; `gone`: never. */
  | { ok: false; reason: string; retryAt: Date | null; gone: boolean }

async function send(telling: Telling, webhook: WebhookRow, delivery: DeliveryRow): Promise<Sent> {
  const { client, now, signal } = telling
  const message = await messageOf(telling, webhook, delivery)
  // All its papers were hidden meanwhile.
  if (message.papers.length === 0 && delivery.kind !== 'test') return { ok: true }
  const body = writeMessage(message, webhook)
  const at = now()
  const former =
    webhook.former_secret !== null && webhook.former_until !== null && webhook.former_until > at
      ? [webhook.former_secret]
      : []
  const url = URL.parse(webhook.target)
  if (!url) return { ok: false, reason: 'its address cannot be read', retryAt: null, gone: true }
  try {
    const { status } = await client.request({ name: `webhook ${webhook.id}`, intervalMs: 1_000 }, url, {
      headers: {
        'content-type': 'application/json; charset=utf-8',
        accept: '*/*',
        ...signatureHeaders({ id: delivery.message_id, at, body, secrets: [webhook.secret, ...former] }),
      },
      body,
      timeoutMs: TIMEOUT_MS,
      mostBytes: MOST_BYTES,
      trusted: webhook.trusted,
      signal,
    })
    if (status >= 200 && status < 300) return { ok: true }
    const reason = `${url.host} answered with status ${status}${MEANINGS[status] ?? ''}`
    return { ok: false, reason, retryAt: null, gone: status === 410 }
  } catch (error) {
    if (signal.aborted) return { ok: false, reason: 'it was stopped', retryAt: null, gone: false }
    if (!(error instanceof ServiceAway)) throw error
    return { ok: false, reason: error.message, retryAt: error.retryAt, gone: false }
  }
}

const MEANINGS: Readonly<Record<number, string>> = {
  400: ' (it does not take messages of this shape)',
  401: ' (it does not know the address’s token)',
  403: ' (it does not allow this)',
  404: ' (there is nothing at this address)',
  410: ' (its address is gone)',
  413: ' (the message is too long for it)',
}

/** What a delivery says by now: papers that were hidden or removed since it was queued are left out. */
async function messageOf(
  { room, site, now }: Telling,
  webhook: WebhookRow,
  delivery: DeliveryRow,
): Promise<Message> {
  const { db } = room
  const origin = await site.origin()
  const list = parseListAddress(webhook.list, '')?.list
  const title = list ? await titleOf(db, list) : webhook.list
  const merges = await db
    .selectFrom('paper_merges')
    .selectAll()
    .where('merged_id', 'in', delivery.papers.length === 0 ? [0] : delivery.papers)
    .execute()
  const keptOf = new Map(merges.map((merge) => [merge.merged_id, merge.kept_id]))
  const ids = [...new Set(delivery.papers.map((id) => keptOf.get(id) ?? id))]
  const found = await papersByIds(db, ids, { seenBy: 'everyone' })
  const papers = ids.flatMap((id) => {
    const paper = found.get(id)
    return paper ? [toldPaper(paper, origin)] : []
  })
  const total = Math.max(papers.length, delivery.total - (delivery.papers.length - papers.length))
  const { kind, edition } = delivery
  return {
    id: delivery.message_id,
    at: now(),
    kind,
    site: { name: site.name, origin },
    list: { title, url: origin + webhook.list },
    edition,
    heading: headingOf({
      kind,
      total,
      list: title,
      edition,
      isRanked: list?.kind === 'ranked',
      siteName: site.name,
    }),
    url: origin + (edition === null ? webhook.list : `/papers/date/${edition}`),
    papers,
    total,
  }
}

/** Writes down what became of a delivery, and what follows for its webhook. */
async function settle(
  db: Kysely<Database>,
  webhook: WebhookRow,
  delivery: DeliveryRow,
  { sent, now }: { sent: Sent; now: Date },
): Promise<void> {
  const attempts = delivery.attempts + 1
  const isTest = delivery.kind === 'test'
  await inTransaction(db, async (trx) => {
    const update = (
      values: Partial<Pick<WebhookRow, 'trouble' | 'last_told_at' | 'paused_at' | 'pause_reason'>>,
    ) => trx.updateTable('webhooks').set(values).where('id', '=', webhook.id).execute()
    const mark = (values: Partial<Pick<DeliveryRow, 'due_at' | 'attempts' | 'delivered_at' | 'failure'>>) =>
      trx.updateTable('webhook_deliveries').set(values).where('id', '=', delivery.id).execute()
    if (sent.ok) {
      await update({ trouble: null, ...(!isTest && { last_told_at: now }) })
      await mark({ due_at: null, attempts, delivered_at: now, failure: null })
      return
    }
    const { reason } = sent
    const wait = WAITS_MS[attempts - 1]
    const pauses = sent.gone || (!isTest && wait === undefined)
    if (pauses)
      await update({
        paused_at: now,
        pause_reason: sent.gone ? reason : `${reason}, the last of ${attempts} attempts`,
        trouble: reason,
      })
    else if (!isTest) await update({ trouble: reason })
    const dueAt = isTest ? null : later(new Date(now.getTime() + (wait ?? 0)), sent.retryAt, { now })
    await mark({ due_at: dueAt, attempts, failure: reason })
  })
}

function later(usual: Date, asked: Date | null, { now }: { now: Date }): Date {
  const latest = new Date(now.getTime() + LONGEST_WAIT_MS)
  if (asked === null || asked <= usual) return usual
  return asked > latest ? latest : asked
}
