import { readConfig, type Config } from '../config.ts'
import { UsageError } from './usage-error.ts'

let settingsFile: string | null = null

/** The file of settings that `--config` names; without one, settings.env in the data folder is read where there is one. */
export function useSettingsFile(path: string | undefined): void {
  settingsFile = path ?? null
}

/** The file of settings that was named; null where it is the one in the data folder, if any. */
export function settingsFileNamed(): string | null {
  return settingsFile
}

/** The settings in force, or the one sentence that says which is wrong. */
export function settings(): Config {
  const outcome = readConfig({ file: settingsFile })
  if (!outcome.ok) throw new UsageError(outcome.reason)
  return outcome.config
}
