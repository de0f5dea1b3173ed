import pg from 'pg'
import type { Logger } from '../runtime/log.ts'
import type { DatabaseAddress } from './open.ts'

/** Hears notifications of one channel until closed; `connected` is false while the database can't be heard. */
export type Listener = { connected: () => boolean; close(): Promise<void> }

const RETRY_MS = 1_000

/**
 * Listens to a channel on a connection of its own and reconnects for as long as it takes. `onNotice` is called with the
 * text of each notification, and with null after every (re)connection, because some may have been missed.
 */
export function listen(
  address: DatabaseAddress,
  { channel, onNotice, log }: { channel: string; onNotice: (text: string | null) => void; log: Logger },
): Listener {
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
    attempt.on('notification', ({ payload }) => onNotice(payload ?? ''))
    attempt.on('error', (error) => log.warn({ error: error.message }, 'the listening connection was lost'))
    attempt.on('end', () => {
      connected = false
      if (!closed && client === attempt) later()
    })
    try {
      await attempt.connect()
      await attempt.query(`listen ${attempt.escapeIdentifier(channel)}`)
      connected = true
      onNotice(null)
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
