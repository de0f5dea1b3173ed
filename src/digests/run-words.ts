import { dayPeriod, monthPeriod, weekPeriod } from '../papers/calendar.ts'
import { periodTitle, plainDay } from '../papers/dates-in-words.ts'
import type { Every } from './issue.ts'
import type { Run, RunCounts } from './runs.ts'
import { FIRST } from './subscriptions.ts'

/** How a run gets on. */
export type RunState =
  | { kind: 'finished' }
  | { kind: 'paused' }
  /** It paused itself, and goes on at `at`. */
  | { kind: 'resting'; reason: string; at: Date | null }
  | { kind: 'sending' }
  /** Everything else of it is decided. */
  | { kind: 'in doubt'; count: number }
  /** All that was due is decided; others become due later, where it is not yet their hour. */
  | { kind: 'open' }

export function stateOf({ counts, finishedAt, pausedAt, pauseReason, resumeAt }: Run): RunState {
  if (pausedAt !== null)
    return pauseReason === null ? { kind: 'paused' } : { kind: 'resting', reason: pauseReason, at: resumeAt }
  if (finishedAt !== null) return { kind: 'finished' }
  if (counts.waiting + counts.deferred > 0) return { kind: 'sending' }
  return counts.inDoubt > 0 ? { kind: 'in doubt', count: counts.inDoubt } : { kind: 'open' }
}

/** Digests of a day, a week or a month, as they are called. */
export const DIGESTS: Readonly<Record<Every, string>> = { day: 'Daily', week: 'Weekly', month: 'Monthly' }

/** `Daily, Sunday, 29 November 2026`, `Weekly, week 48, 23 to 29 November 2026`, `First issues of 29 November 2026, weekly`. */
export function titleOfRun({ every, period }: Pick<Run, 'every' | 'period'>): string {
  const first = /^first (.+)$/.exec(period)?.[1]
  if (first !== undefined)
    return `First issues of ${dayPeriod(first) ? plainDay(first) : first}, ${DIGESTS[every].toLowerCase()}`
  return `${DIGESTS[every]}, ${periodInWords(period)}`
}

/** A period as people say it: `Sunday, 29 November 2026`, `week 48, 23 to 29 November 2026`, `November 2026`. */
export function periodInWords(period: string): string {
  if (period === FIRST) return 'first issue'
  const parsed = dayPeriod(period) ?? weekPeriod(period) ?? monthPeriod(period)
  return parsed === null ? period : periodTitle(parsed).replace(/^Week/, 'week')
}

/** What there can be of each, in the order in which it is told. Those due and sent are always told. */
const COUNTS: { of: keyof RunCounts; words: string }[] = [
  { of: 'due', words: 'due' },
  { of: 'sent', words: 'sent' },
  { of: 'waiting', words: 'waiting' },
  { of: 'deferred', words: 'deferred' },
  { of: 'inDoubt', words: 'in doubt' },
  { of: 'bounced', words: 'bounced' },
  { of: 'failed', words: 'failed' },
  { of: 'skipped', words: 'skipped for want of news' },
  { of: 'complained', words: 'complained' },
  { of: 'unsubscribed', words: 'unsubscribed' },
  { of: 'published', words: 'in the archive' },
]

/** What became of the issues of a run, in words: `1,204 due`, `1,180 sent`, `2 bounced`. */
export function countsInWords(counts: RunCounts): { of: keyof RunCounts; text: string }[] {
  return COUNTS.filter(({ of }) => of === 'due' || of === 'sent' || counts[of] > 0).map(({ of, words }) => ({
    of,
    text: `${counts[of].toLocaleString('en-GB')} ${words}`,
  }))
}
