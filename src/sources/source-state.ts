import { CIRCUIT_OPENS_AT } from './schedule.ts'
import type { Source } from './sources.ts'

/** How a source gets on, of all its tasks together. */
export type SourceState = {
  kind: 'paused' | 'running' | 'resting' | 'waiting' | 'new' | 'fine'
  /** In a few words. */
  words: string
  /** Why the last run was not whole, where it was not. */
  trouble: string | null
  lastWholeAt: Date | null
  nextAt: Date | null
}

/** `resting`: after so many failures in a row that its circuit is open; `waiting`: after a few; `new`: not asked yet. */
export function stateOf({ pausedAt, tasks }: Pick<Source, 'pausedAt' | 'tasks'>): SourceState {
  const worst = tasks.toSorted((a, b) => b.failures - a.failures)[0]
  const failures = worst?.failures ?? 0
  const whole = tasks.flatMap(({ lastWholeAt }) => lastWholeAt ?? [])
  const lastWholeAt = whole.toSorted((a, b) => b.getTime() - a.getTime())[0] ?? null
  const nextAt = tasks.map((task) => task.nextAt).toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null
  const shared = { trouble: worst?.trouble ?? null, lastWholeAt, nextAt }
  if (pausedAt !== null) return { kind: 'paused', words: 'paused', ...shared }
  if (tasks.some(({ isRunning }) => isRunning))
    return { kind: 'running', words: 'being asked now', ...shared }
  if (failures >= CIRCUIT_OPENS_AT)
    return { kind: 'resting', words: `resting after ${failures} failures in a row`, ...shared }
  if (failures > 0) return { kind: 'waiting', words: 'waiting to ask again', ...shared }
  if (lastWholeAt === null) return { kind: 'new', words: 'about to be asked', ...shared }
  return { kind: 'fine', words: 'fine', ...shared }
}
