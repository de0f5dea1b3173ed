import { setTimeout as pause } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { ask, type Answer } from './ask.ts'
import { withOnlyConnection } from './connection.ts'
import type { Resolve } from './inside-address.ts'
import { claimTurn, endOfPause, hostTurns, isPaused, pauseSource } from './turns.ts'

/** A service outside, and how politely it is asked. */
export type Service = {
  /** Of the pauses it asks for. */
  name: string
  /** Milliseconds between the starts of two requests, over the whole installation; services of one `turns` share them. */
  intervalMs: number
  turns?: string
  /** Whether it allows only one connection at a time. */
  oneConnection?: boolean
  /** How long to leave it alone after a 429 that does not say; default: a minute. */
  pauseMs?: number
}

export type RequestOptions = {
  headers?: Record<string, string>
  /** Sends it by POST. */
  body?: string
  /** For the whole answer; default: 30 seconds. */
  timeoutMs?: number
  /** The longest answer that is read; default: 2 MB. */
  mostBytes?: number
  /** How long to wait while others use its only connection; default: ten minutes. */
  patienceMs?: number
  /** Whether the address was named by whoever runs this machine, and may be of a private network; default: yes. */
  trusted?: boolean
  signal: AbortSignal
}

/** A service does not answer, or has asked to be left alone until `retryAt`. */
export class ServiceAway extends Error {
  readonly retryAt: Date | null
  constructor(reason: string, retryAt: Date | null = null) {
    super(reason)
    this.retryAt = retryAt
  }
}

export type OutgoingAnswer = Omit<Extract<Answer, { kind: 'answer' }>, 'kind'>

/** The one way in which this program asks others: it names itself, waits for its turn, and reads no more than it must. */
export type OutgoingClient = {
  /** Throws `ServiceAway`; any status below 500 but 429 is an answer. Rejects with the reason of `signal` once aborted. */
  request(service: Service, url: URL, options: RequestOptions): Promise<OutgoingAnswer>
}

const TIMEOUT_MS = 30_000
const PATIENCE_MS = 600_000
/** For a turn; what lies further ahead than a few turns is a pause. */
const LEAST_PATIENCE_MS = 12_000
const DEFAULT_PAUSE_MS = 60_000

export function openOutgoingClient({
  db,
  userAgent,
  now,
  wait = (ms, signal) => pause(ms, undefined, { signal }),
  resolve,
}: {
  db: Kysely<Database>
  userAgent: string
  now: () => Date
  /** Waits for one's turn, in milliseconds. */
  wait?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>
  resolve?: Resolve
}): OutgoingClient {
  async function inTurn(service: Service, url: URL, options: RequestOptions): Promise<OutgoingAnswer> {
    const { signal, headers, timeoutMs = TIMEOUT_MS, patienceMs: _, ...rest } = options
    const { name, turns = name, intervalMs } = service
    const pace = { intervalMs, patienceMs: Math.max(LEAST_PATIENCE_MS, 4 * intervalMs) }
    const pausedUntil = await endOfPause(db, { source: name, now: now() })
    const leftMs = (pausedUntil?.getTime() ?? 0) - now().getTime()
    if (leftMs > pace.patienceMs) throw new ServiceAway(`${url.host} has asked to be left alone`, pausedUntil)
    if (leftMs > 0 && turns !== name) await wait(leftMs, signal)
    const turn = await claimTurn(db, { source: turns, now: now(), pace })
    if (turn.kind !== 'taken') throw new ServiceAway(`too many requests wait for ${url.host}`)
    if (turn.waitMs > 0) await wait(turn.waitMs, signal)
    signal.throwIfAborted()
    const answer = await ask(url, {
      ...rest,
      headers: { 'user-agent': userAgent, ...headers },
      timeoutMs,
      now,
      signal,
      pauseMs: service.pauseMs ?? DEFAULT_PAUSE_MS,
      isPaused: (host) => isPaused(db, { source: hostTurns(host), now: now(), pace }),
      ...(resolve && { resolve }),
    })
    if (answer.kind === 'answer') return answer
    if (answer.kind === 'unreadable') throw new ServiceAway(answer.reason)
    const { by, retryAfterMs, reason } = answer
    if (retryAfterMs === null) throw new ServiceAway(reason)
    await pauseSource(db, {
      source: by === null ? name : hostTurns(by),
      now: now(),
      forMs: retryAfterMs,
    })
    throw new ServiceAway(reason, new Date(now().getTime() + retryAfterMs))
  }
  return {
    async request(service, url, options) {
      if (!service.oneConnection) return inTurn(service, url, options)
      const { signal, patienceMs = PATIENCE_MS } = options
      const held = await withOnlyConnection(db, { service: service.name, patienceMs, signal }, () =>
        inTurn(service, url, options),
      )
      if (held === null) throw new ServiceAway(`another request to ${url.host} is taking too long`)
      return held.result
    },
  }
}
