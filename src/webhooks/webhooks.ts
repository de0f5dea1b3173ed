import { randomUUID } from 'node:crypto'
import { Cron } from 'croner'
import { sql, type Kysely, type Selectable } from 'kysely'
import { notify } from '../db/channels.ts'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/transaction.ts'
import { isInside, isOwn, resolveHost, type Resolve } from '../outgoing/inside-address.ts'
import { newestEdition } from '../ranking/editions.ts'
import type { SearchRoom } from '../search/search.ts'
import { SHAPES, type Shape } from './shapes.ts'
import { newSecret, shownSecret } from './sign.ts'
import { NO_SUCH_LIST, pagesOf, parseListAddress, titleOf } from '../lists/followed-list.ts'

/** A webhook as pages and commands show it, without what is secret of it. */
export type Webhook = {
  id: number
  /** The address of its list on this site. */
  list: string
  title: string
  /** Its address, as much of it as may be seen. */
  maskedTarget: string
  shape: Shape
  chat: string | null
  /** The hour of the day at which it tells, of the site's time zone; null: as papers come. */
  atHour: number | null
  most: number
  leastHeat: number | null
  createdAt: Date
  pausedAt: Date | null
  /** Why it paused itself. */
  pauseReason: string | null
  lastToldAt: Date | null
  /** Why the last attempt failed; null when it did not. */
  trouble: string | null
  /** What waits to be told, and when that is tried next. */
  waiting: { attempts: number; dueAt: Date } | null
  /** How the newest test went; null where there was none. */
  lastTest: { at: Date; failure: string | null } | null
}

export type WebhookDraft = {
  /** The address of a list on this site. */
  list: string
  target: string
  shape: string
  chat?: string
  atHour?: number | null
  most?: number
  leastHeat?: number | null
}

/** Sites have chats, not thousands of them. */
const MOST_WEBHOOKS = 100
export const MOST_PAPERS = 25
export const USUAL_PAPERS = 10
const LONGEST_TARGET = 2_000
/** Papers that are found when a webhook is added, and are not told: those that are there already. */
const KNOWN_AT_FIRST = 500
/** After a secret was rotated, messages are signed with the former one too for so long: a day. */
const FORMER_SECRET_MS = 86_400_000
/** A message that is older than this when its webhook is resumed is of no use any more: three days. */
const STALE_MS = 3 * 86_400_000

export type AddOutcome = { ok: true; id: number; secret: string } | { ok: false; reason: string }

/**
 * Adds a webhook, and answers with its secret, which is shown only this once. What its list has now is not told. `trusted`: by
 * whoever runs this machine, so that its address may be of a private network.
 */
export async function addWebhook(
  room: SearchRoom,
  draft: WebhookDraft,
  {
    origin,
    trusted,
    now,
    resolve = resolveHost,
  }: { origin: string; trusted: boolean; now: Date; resolve?: Resolve },
): Promise<AddOutcome> {
  const { db, timeZone } = room
  const parsed = parseDraft(draft, { origin })
  if (!parsed.ok) return parsed
  const { list, url, row } = parsed
  if (!trusted && (await leadsToUs(url, resolve)))
    return {
      ok: false,
      reason: `${url.host} is not on the public internet. Whoever runs this machine can add it with bin/broadsheet webhooks add.`,
    }
  const known: number[] = []
  if (list.kind !== 'editions')
    for await (const papers of pagesOf(room, list)) {
      known.push(...papers.map(({ id }) => id))
      if (known.length >= KNOWN_AT_FIRST) break
    }
  const toldEdition = list.kind === 'editions' ? await newestEdition(db, { now, timeZone }) : null
  const secret = newSecret()
  const id = await inTransaction(db, async (trx) => {
    // Two at once must not both be the last.
    await sql`lock table webhooks in share row exclusive mode`.execute(trx)
    const { count } = await trx
      .selectFrom('webhooks')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    if (count >= MOST_WEBHOOKS) return null
    const { id } = await trx
      .insertInto('webhooks')
      .values({
        ...row,
        secret,
        trusted,
        created_at: now,
        next_at: nextLook(row.at_hour, { now, timeZone }),
        told_edition: toldEdition,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await rememberPapers(trx, { webhookId: id, paperIds: known })
    await notify(trx, 'webhooks')
    return id
  })
  if (id === null)
    return { ok: false, reason: `A site can have ${MOST_WEBHOOKS} webhooks. Remove one that is not needed.` }
  return { ok: true, id, secret: shownSecret(secret) }
}

type Row = Pick<
  Selectable<Database['webhooks']>,
  'list' | 'target' | 'shape' | 'chat' | 'at_hour' | 'most' | 'least_heat'
>

function parseDraft(
  draft: WebhookDraft,
  { origin }: { origin: string },
):
  | { ok: true; row: Row; url: URL; list: NonNullable<ReturnType<typeof parseListAddress>>['list'] }
  | { ok: false; reason: string } {
  const refuse = (reason: string) => ({ ok: false, reason }) as const
  const told = parseListAddress(draft.list, origin)
  if (!told || told.address.length > LONGEST_TARGET) return refuse(NO_SUCH_LIST)
  const shape = SHAPES.find((one) => one.shape === draft.shape)?.shape
  if (!shape) return refuse(`Choose one of these shapes: ${SHAPES.map((one) => one.shape).join(', ')}.`)
  const url = targetUrl(draft.target, shape)
  if (!url || url.href.length > LONGEST_TARGET)
    return refuse('Enter the full address that the messages are sent to, beginning with https://.')
  const chat = draft.chat?.trim() ?? ''
  if (shape === 'telegram' && !/^(?:-?\d{1,20}|@\w{1,64})$/.test(chat))
    return refuse('Enter the chat that the bot writes in: its number, or the @name of a public channel.')
  if (shape === 'telegram' && !/\/bot[^/]+\/sendMessage$/.test(url.pathname))
    return refuse('Enter the address of the bot: https://api.telegram.org/bot with its token after it.')
  const { atHour = null, most = USUAL_PAPERS, leastHeat = null } = draft
  if (atHour !== null && !(Number.isInteger(atHour) && atHour >= 0 && atHour <= 23))
    return refuse('Enter the hour of the day as a number from 0 to 23.')
  if (!(Number.isInteger(most) && most >= 1 && most <= MOST_PAPERS))
    return refuse(`A message can name from 1 to ${MOST_PAPERS} papers.`)
  if (leastHeat !== null && !(Number.isFinite(leastHeat) && leastHeat >= 0 && leastHeat <= 1e6))
    return refuse('Enter the least heat as a number, such as 5.')
  if (leastHeat !== null && told.list.kind !== 'ranked')
    return refuse('A least heat is only for /papers/trending and /papers/top.')
  return {
    ok: true,
    list: told.list,
    url,
    row: {
      list: told.address,
      target: url.href,
      shape,
      chat: shape === 'telegram' ? chat : null,
      at_hour: atHour,
      most,
      least_heat: leastHeat,
    },
  }
}

function targetUrl(text: string, shape: Shape): URL | null {
  const url = URL.parse(text.trim())
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.hostname === '') return null
  url.hash = ''
  // Its bots are given by their token alone.
  if (shape === 'telegram' && /\/bot[^/]+\/?$/.test(url.pathname))
    url.pathname = `${url.pathname.replace(/\/$/, '')}/sendMessage`
  return url
}

/** Whether an address leads to a network that is not public. Names that nobody knows now are found out later. */
async function leadsToUs(url: URL, resolve: Resolve): Promise<boolean> {
  const addresses = await resolve(url.hostname).catch(() => [])
  return addresses.some((one) => isInside(one) || isOwn(one))
}

/** Looks at a list as papers come. */
export const LOOK_EVERY_MS = 20_000

/** When a webhook is looked at next: at its hour of the day, or soon. */
export function nextLook(atHour: number | null, { now, timeZone }: { now: Date; timeZone: string }): Date {
  if (atHour === null) return new Date(now.getTime() + LOOK_EVERY_MS)
  const next = new Cron(`0 ${atHour} * * *`, { timezone: timeZone, paused: true }).nextRun(now)
  if (next === null) throw new Error('a day has no such hour')
  return next
}

/** Notes that papers are known to a webhook; answers with those that were not. */
export async function rememberPapers(
  db: Kysely<Database>,
  { webhookId, paperIds }: { webhookId: number; paperIds: number[] },
): Promise<Set<number>> {
  if (paperIds.length === 0) return new Set()
  const { rows } = await sql<{ paper_id: number }>`
    insert into webhook_papers (webhook_id, paper_id)
    select ${webhookId}, id from unnest(${paperIds}::bigint[]) as id on conflict do nothing returning paper_id
  `.execute(db)
  return new Set(rows.map((row) => row.paper_id))
}

/** All webhooks, in the order in which they were added. */
export async function listWebhooks(db: Kysely<Database>): Promise<Webhook[]> {
  const rows = await db.selectFrom('webhooks').selectAll().orderBy('id').execute()
  const [waiting, tests] = await Promise.all([
    db
      .selectFrom('webhook_deliveries')
      .select(['webhook_id', 'attempts', 'due_at'])
      .where('due_at', 'is not', null)
      .orderBy('id')
      .execute(),
    sql<{ webhook_id: number; queued_at: Date; failure: string | null }>`
      select distinct on (webhook_id) webhook_id, queued_at, failure from webhook_deliveries
      where kind = 'test' and attempts > 0 order by webhook_id, id desc`.execute(db),
  ])
  return Promise.all(
    rows.map(async (row) => {
      const list = parseListAddress(row.list, '')?.list
      const next = waiting.find(({ webhook_id: of }) => of === row.id)
      const test = tests.rows.find(({ webhook_id: of }) => of === row.id)
      return {
        id: row.id,
        list: row.list,
        title: list ? await titleOf(db, list) : row.list,
        maskedTarget: maskTarget(row.target),
        shape: row.shape,
        chat: row.chat,
        atHour: row.at_hour,
        most: row.most,
        leastHeat: row.least_heat,
        createdAt: row.created_at,
        pausedAt: row.paused_at,
        pauseReason: row.pause_reason,
        lastToldAt: row.last_told_at,
        trouble: row.trouble,
        waiting: next?.due_at ? { attempts: next.attempts, dueAt: next.due_at } : null,
        lastTest: test ? { at: test.queued_at, failure: test.failure } : null,
      }
    }),
  )
}

/** Whoever knows the address of a chat can write in it: its host is shown, and its last letters, to tell it from others. */
function maskTarget(target: string): string {
  const url = URL.parse(target)
  if (!url) return '…'
  const path = (url.pathname + url.search).replace(/\/sendMessage$/, '')
  // Of something short, the last letters would be much of it.
  return path.length >= 16 ? `${url.origin}/…${path.slice(-4)}` : `${url.origin}/…`
}

/** Whether there is such a webhook. */
export async function pauseWebhook(
  db: Kysely<Database>,
  { id, now }: { id: number; now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('webhooks')
    .set({ paused_at: sql`coalesce(paused_at, ${now})` })
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Whether there is such a webhook. What it missed is told in one message. */
export async function resumeWebhook(
  db: Kysely<Database>,
  { id, now }: { id: number; now: Date },
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const row = await trx
      .updateTable('webhooks')
      .set({ paused_at: null, pause_reason: null, trouble: null })
      .where('id', '=', id)
      .where('paused_at', 'is not', null)
      .returning('id')
      .executeTakeFirst()
    if (!row)
      return (
        (await trx.selectFrom('webhooks').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
      )
    await trx
      .updateTable('webhook_deliveries')
      .set({ due_at: null })
      .where('webhook_id', '=', id)
      .where('due_at', 'is not', null)
      .where('queued_at', '<', new Date(now.getTime() - STALE_MS))
      .execute()
    await trx
      .updateTable('webhook_deliveries')
      .set({ due_at: now, attempts: 0 })
      .where('webhook_id', '=', id)
      .where('due_at', 'is not', null)
      .execute()
    await notify(trx, 'webhooks')
    return true
  })
}

/** Removes a webhook with all that it remembers. Whether there was one. */
export async function removeWebhook(db: Kysely<Database>, { id }: { id: number }): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('webhooks').where('id', '=', id).executeTakeFirst()
  return numDeletedRows > 0n
}

/** A new secret, shown only this once; the former one signs beside it for a day. Null where there is no such webhook. */
export async function rotateSecret(
  db: Kysely<Database>,
  { id, now }: { id: number; now: Date },
): Promise<string | null> {
  const secret = newSecret()
  const { numUpdatedRows } = await db
    .updateTable('webhooks')
    .set({ former_secret: sql`secret`, former_until: new Date(now.getTime() + FORMER_SECRET_MS), secret })
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows > 0n ? shownSecret(secret) : null
}

export function newMessageId(): string {
  return `msg_${randomUUID().replaceAll('-', '')}`
}
