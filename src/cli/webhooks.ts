import { openOutgoingClient } from '../outgoing/client.ts'
import { userAgent } from '../sources/user-agent.ts'
import { usualShape } from '../webhooks/shapes.ts'
import { sendTest } from '../webhooks/tell.ts'
import {
  addWebhook,
  listWebhooks,
  pauseWebhook,
  removeWebhook,
  resumeWebhook,
  rotateSecret,
  type Webhook,
} from '../webhooks/webhooks.ts'
import { interruption } from './interruption.ts'
import { settings } from './settings.ts'
import { siteOrigin } from './site-origin.ts'
import { UsageError } from './usage-error.ts'
import { withDatabase } from './with-database.ts'
import { withSearchRoom } from './with-search-room.ts'

type AddOptions = { shape?: string; chat?: string; at?: string; most?: string; leastHeat?: string }

/** `webhooks add LIST URL`: its address may be of a private network. */
export async function add(list: string, target: string, options: AddOptions): Promise<void> {
  const config = settings()
  const [atHour, most, leastHeat] = [options.at, options.most, options.leastHeat].map((text, i) =>
    numberIn(text, { option: ['--at', '--most', '--least-heat'][i] ?? '' }),
  )
  await withSearchRoom(config, async (room) => {
    const outcome = await addWebhook(
      room,
      {
        list,
        target,
        shape: options.shape ?? usualShape(target),
        ...(options.chat !== undefined && { chat: options.chat }),
        ...(atHour !== undefined && { atHour }),
        ...(most !== undefined && { most }),
        ...(leastHeat !== undefined && { leastHeat }),
      },
      { origin: await siteOrigin(room.db, config), trusted: true, now: new Date() },
    )
    if (!outcome.ok) throw new UsageError(outcome.reason)
    process.stdout.write(
      `Webhook ${outcome.id} was added. Its secret, which is shown only this once:\n${outcome.secret}\nTry it with: broadsheet webhooks test ${outcome.id}\n`,
    )
  })
}

/** `webhooks list` */
export async function list({ json = false }: { json?: boolean }): Promise<void> {
  const webhooks = await withDatabase(settings(), listWebhooks)
  if (json) {
    process.stdout.write(`${JSON.stringify(webhooks, null, 2)}\n`)
    return
  }
  if (webhooks.length === 0)
    process.stdout.write('There are no webhooks yet. Add one with: broadsheet webhooks add LIST URL\n')
  for (const webhook of webhooks) process.stdout.write(`${lineOf(webhook)}\n`)
}

/** `webhooks test ID`: succeeds only when the receiver took it. */
export async function test(given: string): Promise<void> {
  const id = idIn(given)
  const config = settings()
  const now = () => new Date()
  await withSearchRoom(config, async (room) => {
    const { db } = room
    const outcome = await sendTest(
      {
        room,
        client: openOutgoingClient({ db, userAgent: userAgent(config), now }),
        site: { name: config.siteName, origin: () => siteOrigin(db, config) },
        now,
        signal: interruption(),
      },
      id,
    )
    if (outcome === undefined) throw noSuchWebhook(id)
    if (outcome !== null) throw new UsageError(`The test was not taken: ${outcome}.`)
    process.stdout.write('The test was taken.\n')
  })
}

/** `webhooks pause|resume|remove ID` */
export async function change(verb: 'pause' | 'resume' | 'remove', given: string): Promise<void> {
  const id = idIn(given)
  const now = new Date()
  const act = { pause: pauseWebhook, resume: resumeWebhook, remove: removeWebhook }[verb]
  const done = await withDatabase(settings(), (db) => act(db, { id, now }))
  if (!done) throw noSuchWebhook(id)
  const became = { pause: 'is paused', resume: 'tells again', remove: 'was removed' }[verb]
  process.stdout.write(`Webhook ${id} ${became}.\n`)
}

/** `webhooks rotate ID` */
export async function rotate(given: string): Promise<void> {
  const id = idIn(given)
  const secret = await withDatabase(settings(), (db) => rotateSecret(db, { id, now: new Date() }))
  if (secret === null) throw noSuchWebhook(id)
  process.stdout.write(
    `The new secret of webhook ${id}, which is shown only this once:\n${secret}\nFor a day its messages are signed with the former one too.\n`,
  )
}

function lineOf(webhook: Webhook): string {
  const { id, list: told, shape, maskedTarget, pausedAt, pauseReason, trouble, lastToldAt } = webhook
  const state =
    pausedAt === null
      ? trouble === null
        ? 'working'
        : `not taken yet: ${trouble}`
      : pauseReason === null
        ? 'paused'
        : `paused itself: ${pauseReason}`
  const last =
    lastToldAt === null
      ? 'nothing told yet'
      : `last told ${lastToldAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return `${id}: ${told} to ${shape} (${maskedTarget}): ${state}; ${last}`
}

function numberIn(text: string | undefined, { option }: { option: string }): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new UsageError(`${option} must be a number, not "${text}".`)
  return Number(text)
}

function idIn(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new UsageError(`"${text}" is not the number of a webhook. See: broadsheet webhooks list`)
  return Number(text)
}

function noSuchWebhook(id: number): UsageError {
  return new UsageError(`There is no webhook ${id}. See: broadsheet webhooks list`)
}
