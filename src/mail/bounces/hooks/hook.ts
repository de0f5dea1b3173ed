import { createHash, timingSafeEqual } from 'node:crypto'
import type { KeyedReport } from '../report.ts'

/** What a sender of mail posts to us: its body to the byte, since that is what is signed. */
export type Posted = { header: (name: string) => string | undefined; body: Buffer }

export type HookOutcome =
  /** It is the sender's; of what it tells, the reports of bounces and complaints. */
  | { kind: 'taken'; reports: KeyedReport[] }
  /** It is not signed by whom it should be, or cannot be read so far as to see that. */
  | { kind: 'forged' }
  /** It is the sender's, and not in a form that we know. */
  | { kind: 'unreadable' }
  /** What is needed to verify it cannot be had now: the sender should come again. */
  | { kind: 'away'; reason: string }

export const FORGED: HookOutcome = { kind: 'forged' }
export const UNREADABLE: HookOutcome = { kind: 'unreadable' }

/** The most reports that are taken of one post. */
export const MOST_REPORTS = 1_000

export function parseJson(body: Buffer | string): unknown {
  try {
    return JSON.parse(String(body))
  } catch {
    return undefined
  }
}

/** Compares secrets without telling by the time it takes how much of them is right, or how long they are. */
export function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
