import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** A connection is held for so long at a time, so that one whose process was killed is free again soon. */
const HELD_MS = 30_000
const RENEW_EVERY_MS = 10_000
const LOOK_EVERY_MS = 100

/**
 * Does `work` while no other process of the installation does any with the same service: some allow one connection at
 * a time, counting all machines. Answers null when the service was still in use after `patienceMs` milliseconds.
 */
export async function withOnlyConnection<T>(
  db: Kysely<Database>,
  { service, patienceMs, signal }: { service: string; patienceMs: number; signal: AbortSignal },
  work: () => Promise<T>,
): Promise<{ result: T } | null> {
  const holder = randomUUID()
  const waitedUntil = performance.now() + patienceMs
  while (!(await hold(db, { service, holder }))) {
    if (performance.now() >= waitedUntil) return null
    await pause(LOOK_EVERY_MS, undefined, { signal })
  }
  // A failure to renew shows when the next one is tried; the work itself need not stop for it.
  const renewal = setInterval(() => void hold(db, { service, holder }).catch(() => {}), RENEW_EVERY_MS)
  try {
    return { result: await work() }
  } finally {
    clearInterval(renewal)
    await sql`update service_connections set held_until = '-infinity' where service = ${service} and holder = ${holder}`
      .execute(db)
      // It is free by itself soon.
      .catch(() => {})
  }
}

/** By the database's clock: those of the machines may differ. */
async function hold(
  db: Kysely<Database>,
  { service, holder }: { service: string; holder: string },
): Promise<boolean> {
  const until = sql`clock_timestamp() + ${HELD_MS}::float8 * interval '1 millisecond'`
  const { rows } = await sql`
    insert into service_connections as held (service, holder, held_until) values (${service}, ${holder}, ${until})
    on conflict (service) do update set holder = excluded.holder, held_until = excluded.held_until
      where held.holder = excluded.holder or held.held_until < clock_timestamp()
    returning service`.execute(db)
  return rows.length > 0
}
