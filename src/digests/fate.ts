import type { NotSent } from '../mail/message.ts'

const MINUTE = 60_000
/** How long to wait after each attempt that was put off; the last one again and again, until it is too late. */
const WAITS_MS = [2, 5, 15, 30, 60, 120].map((minutes) => minutes * MINUTE)
/** A refusal of which nobody knows what it means is tried so often. */
const ATTEMPTS_UNKNOWN = 4

/**
 * What becomes of an issue that was not taken, before this attempt tried in vain `attempts` times: it waits for another attempt
 * (`again`) within its period; or it is in doubt, bounced, given up, or too late.
 */
export function fateOf(
  { attempts, expires_at: expires }: { attempts: number; expires_at: Date },
  { outcome, now }: { outcome: NotSent; now: Date },
): { state: 'waiting' | 'in doubt' | 'bounced' | 'expired' | 'given up'; again: Date | null } {
  if (outcome.inDoubt) return { state: 'in doubt', again: null }
  if (outcome.kind === 'permanent' && outcome.about === 'recipient') return { state: 'bounced', again: null }
  // What is against us all alike can be mended, and then nobody is left out.
  const isUnknown = outcome.kind === 'unknown' && outcome.about !== 'us'
  const isHopeless = outcome.kind === 'permanent' || (isUnknown && attempts + 1 >= ATTEMPTS_UNKNOWN)
  if (isHopeless) return { state: 'given up', again: null }
  const wait = WAITS_MS[Math.min(attempts, WAITS_MS.length - 1)] ?? MINUTE
  const again = new Date(now.getTime() + wait)
  return again >= expires ? { state: 'expired', again: null } : { state: 'waiting', again }
}
