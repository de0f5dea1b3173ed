import type { Config } from '../config.ts'
import { createLog, type Logger } from '../runtime/log.ts'

/** A log for verbs whose output is what matters: only what went wrong. */
export function quietLog({ logLevel }: Config): Logger {
  return createLog(logLevel === 'info' ? 'warn' : logLevel)
}
