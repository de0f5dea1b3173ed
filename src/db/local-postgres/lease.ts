import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { USER } from './cluster.ts'
import { LocalPostgresError } from './error.ts'
import { readLockFile, worksIn } from './lock-file.ts'

/**
 * The advisory lock by which processes hold the server open, in the database `broadsheet`: everyone who uses it holds
 * it shared, and whoever gets it exclusively may stop the server. It spells "BROAD" in ASCII.
 */
const LEASE_KEY = '284848767300'

const DATABASE = 'broadsheet'

/** Options for pg's Client and Pool. */
export type ServerConnection = { host: string; port: number; user: string; database: string; ssl: false }

/** A held lease, or why there is none: nothing listens, it is starting up, or it is stopping or otherwise not ready. */
export type LeaseAttempt =
  | { outcome: 'held'; lease: pg.Client; connection: ServerConnection }
  | { outcome: 'no server' }
  | { outcome: 'starting' }
  | { outcome: 'not now'; reason: string }

/** Takes a lease on the server that runs on the folder, if one does. */
export async function takeLease({
  folder,
  timeoutMs,
}: {
  folder: string
  timeoutMs: number
}): Promise<LeaseAttempt> {
  const before = await readLockFile(folder)
  if (before?.socketDirectory === undefined) return { outcome: 'no server' }
  // As the running server wrote it: another process's TMPDIR may differ from ours.
  const connection = connectionTo({ host: before.socketDirectory, port: before.port })
  const lease = newClient({ connection, name: 'broadsheet lease', timeoutMs })
  try {
    await lease.connect()
    await lease.query('select pg_advisory_lock_shared($1)', [LEASE_KEY])
    // Someone who stops the server gives up the exclusive lock by being cut off, and we may get it a moment before we
    // are cut off too. The postmaster changes the status in its lock file before it cuts anyone off.
    const after = await readLockFile(folder)
    if (after?.pid === before.pid && after.ready) return { outcome: 'held', lease, connection }
    await close(lease)
    return { outcome: 'not now', reason: 'the server is stopping' }
  } catch (error) {
    await close(lease)
    const attempt = sorted(error)
    if (attempt !== 'no database') return attempt
    return createDatabase({ connection, timeoutMs })
  }
}

/**
 * Gives up a lease; when nobody else holds one, stops the server and waits until it is gone.
 * A server that is gone or stopping already is left to that.
 */
export async function giveUpLease({
  lease,
  folder,
  log,
}: {
  lease: pg.Client
  folder: string
  log: (message: string) => void
}): Promise<void> {
  await close(lease)
  const lock = await readLockFile(folder)
  if (lock?.socketDirectory === undefined) return
  const connection = connectionTo({ host: lock.socketDirectory, port: lock.port })
  const leaver = newClient({ connection, name: 'broadsheet leaving', timeoutMs: 5_000 })
  try {
    await leaver.connect()
    const { rows } = await leaver.query<{ alone: boolean; pid: string }>(
      "select pg_try_advisory_lock($1) as alone, split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as pid",
      [LEASE_KEY],
    )
    const pid = Number(rows[0]?.pid)
    if (rows[0]?.alone !== true) return
    // The server's own word for its number, and what we see of that number from here, must agree: in another
    // container it would be another process.
    if (pid !== lock.pid || (await worksIn({ pid, folder })) === false) return
    process.kill(pid, 'SIGINT')
    await gone({ folder, pid, log })
  } catch (error) {
    if (sorted(error) === 'no database') throw error
  } finally {
    await close(leaver)
  }
}

const LONGEST_STOP_MS = 60_000

async function gone({ folder, pid, log }: { folder: string; pid: number; log: (message: string) => void }) {
  const end = performance.now() + LONGEST_STOP_MS
  // The lock file is the last thing that a postmaster removes; its process may stay as a zombie.
  while (
    (await readLockFile(folder).catch(() => undefined))?.pid === pid &&
    (await worksIn({ pid, folder })) !== false
  ) {
    if (performance.now() > end) return log(`PostgreSQL is still stopping in ${folder}`)
    await sleep(10)
  }
}

async function createDatabase({
  connection,
  timeoutMs,
}: {
  connection: ServerConnection
  timeoutMs: number
}): Promise<LeaseAttempt> {
  const client = newClient({
    connection: { ...connection, database: 'postgres' },
    name: 'broadsheet',
    timeoutMs,
  })
  try {
    await client.connect()
    await client.query(`create database ${DATABASE}`)
  } catch (error) {
    // duplicate_database and unique_violation: another process was first.
    if (!['42P04', '23505', '55006'].includes((error as { code?: string }).code ?? '')) {
      const attempt = sorted(error)
      if (attempt === 'no database') throw error
      return attempt
    }
  } finally {
    await close(client)
  }
  return { outcome: 'not now', reason: 'the database was made just now' }
}

function connectionTo({ host, port }: { host: string; port: number }): ServerConnection {
  return { host, port, user: USER, database: DATABASE, ssl: false }
}

function newClient({
  connection,
  name,
  timeoutMs,
}: {
  connection: ServerConnection
  name: string
  timeoutMs: number
}) {
  const client = new pg.Client({
    ...connection,
    application_name: name,
    keepAlive: true,
    connectionTimeoutMillis: Math.min(timeoutMs, 5_000),
    // Also overrides PGOPTIONS, which is meant for another server.
    options: `-c lock_timeout=${Math.ceil(timeoutMs)}`,
  })
  // Without a listener the loss of a connection would end the process.
  client.on('error', () => undefined)
  return client
}

async function close(client: pg.Client): Promise<void> {
  const timer = new AbortController()
  await Promise.race([
    client.end().catch(() => undefined),
    sleep(2_000, undefined, { signal: timer.signal }).catch(() => undefined),
  ])
  timer.abort()
}

function sorted(error: unknown): Exclude<LeaseAttempt, { outcome: 'held' }> | 'no database' {
  const { code = '', message } = error as { code?: string; message: string }
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK') return { outcome: 'no server' }
  if (code === '3D000') return 'no database'
  if (code === '57P03' && !message.includes('shutting down')) return { outcome: 'starting' }
  // Shutting down, cut off by a shutdown or crash, too many connections, waited too long for the lease.
  if (['57P01', '57P02', '57P03', '53300', '55P03', 'ECONNRESET', 'EPIPE', 'EAGAIN'].includes(code)) {
    return { outcome: 'not now', reason: message }
  }
  if (/terminated|timeout|not queryable/i.test(message)) return { outcome: 'not now', reason: message }
  if (code === 'EACCES' || code === 'EPERM') {
    throw new LocalPostgresError(
      `The database's socket belongs to another user: run Broadsheet as that user.`,
      {
        cause: error,
      },
    )
  }
  throw error
}
