import { pino, type Logger } from 'pino'

export type { Logger } from 'pino'

/**
 * A log of JSON lines on standard error, so that a command's output stays its own. Written synchronously: a line that
 * tells of a crash must not be lost in it.
 */
export function createLog(level: string): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
}
