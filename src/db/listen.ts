import pg from 'pg'
import type { Logger } from '../runtime/log.ts'
import { CHANNELS, type Channel } from './channels.ts'
import type { DatabaseAddress } from './open.ts'

/** Hears notifications until closed; `connected` is false while the database can't be heard. */
export type Listener = { connected: () => boolean; close(): Promise<void> }

/** What is done on a notification: with its payload, or null after every (re)connection, because some may have been missed. */
export type OnNotice = (payload: string | null) => void

const RETRY_MS = 1_000

/** Listens to channels on one connection of its own, and reconnects for as long as it takes. */
export function listen(
  address: DatabaseAddress,
  { on, log }: { on: Partial<Record<Channel, OnNotice>>; log: Logger },
): Listener {
  const heard = new Map(
    Object.entries(on).map(([channel, onNotice]) => [CHANNELS[channel as Channel] as string, onNotice]),
  )
  let client: pg.Client | null = null
  let connected = false
  let closed = false
  let retry: NodeJS.Timeout | undefined

  async function connect(): Promise<void> {
    const attempt = new pg.Client({
      application_name: 'broadsheet listener',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      ...address,
    })
    client = attempt
    attempt.on('notification', ({ channel, payload }) => heard.get(channel)?.(payload ?? ''))
    attempt.on('error', (error) => log.warn({ error: error.message }, 'the listening connection was lost'))
    attempt.on('end', () => {
      connected = false
      if (!closed && client === attempt) later()
    })
    try {
      await attempt.connect()
      for (const channel of heard.keys()) await attempt.query(`listen ${attempt.escapeIdentifier(channel)}`)
      connected = true
      for (const onNotice of heard.values()) onNotice(null)
    } catch {
      await attempt.end().catch(() => undefined)
      if (!closed) later()
    }
  }
  function later() {
    clearTimeout(retry)
    retry = setTimeout(() => void connect(), RETRY_MS)
  }
  const first = connect()

  return {
    connected: () => connected,
    async close() {
      closed = true
      clearTimeout(retry)
      await first
      await client?.end().catch(() => undefined)
    },
  }
}
