import { readConfig, type Config } from '../config.ts'
import { UsageError } from './usage-error.ts'

/** The settings in force, or the one sentence that says which is wrong. */
export function settings(): Config {
  const outcome = readConfig()
  if (!outcome.ok) throw new UsageError(outcome.reason)
  return outcome.config
}
